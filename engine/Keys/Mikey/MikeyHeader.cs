using System.Buffers.Binary;

namespace MediaEngine.Keys;

/// <summary>HDR, the common header (RFC 3830 6.1). Checked; a view of the message's octets.</summary>
public readonly ref struct MikeyHeader
{
    internal const int Fixed_bytes = 10;
    internal const int NextPayload_offset = 2;
    internal const byte Version = 1;

    private readonly ReadOnlySpan<byte> _octets;

    internal MikeyHeader(ReadOnlySpan<byte> octets) => _octets = octets;

    public MikeyDataType DataType => (MikeyDataType)_octets[1];

    /// <summary>V: the initiator asks for a verification message. MCX sends 0.</summary>
    public bool VerificationRequested => (_octets[3] & 0x80) != 0;

    public MikeyPseudoRandomFunction PseudoRandomFunction => (MikeyPseudoRandomFunction)(_octets[3] & 0x7F);

    /// <summary>CSB ID: the key's identifier, for a GMK the receiver's GUK-ID (TS 33.180 E.1.2).</summary>
    public KeyIdentifier BundleId => KeyIdentifier.Read(_octets[4..]);

    /// <summary>#CS. 0 means the default profile (TS 33.180 E.1.2).</summary>
    public int CryptoSessionCount => _octets[8];

    public MikeyMapType MapType => (MikeyMapType)_octets[9];

    /// <summary>CS ID map info.</summary>
    public ReadOnlySpan<byte> MapInfo => _octets[Fixed_bytes..];

    internal int Length_bytes => _octets.Length;

    /// <summary>The crypto sessions in order; none in an empty map.</summary>
    public CryptoSessionEntries CryptoSessions => new(MapType, MapInfo);

    internal static MikeyError Measure(ReadOnlySpan<byte> octets, out int length)
    {
        length = Fixed_bytes;
        if (octets.IsEmpty)
            return MikeyError.Truncated;
        if (octets[0] != Version)
            return MikeyError.WrongVersion;
        if (octets.Length < Fixed_bytes)
            return MikeyError.Truncated;
        if (!Enum.IsDefined((MikeyDataType)octets[1]))
            return MikeyError.UnknownDataType;
        switch ((MikeyMapType)octets[9])
        {
            case MikeyMapType.Empty:
                break;
            case MikeyMapType.SrtpId:
                length += octets[8] * CryptoSessionEntries.SrtpIdEntry_bytes;
                break;
            case MikeyMapType.GenericId:
                for (int entry = 0; entry < octets[8]; entry++)
                {
                    if (!CryptoSessionEntries.TryMeasureGeneric(octets[length..], out int size))
                        return MikeyError.Truncated;
                    length += size;
                }
                break;
            default:
                return MikeyError.UnsupportedValue;
        }
        return length <= octets.Length ? MikeyError.None : MikeyError.Truncated;
    }
}
