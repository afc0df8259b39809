using System.Buffers.Binary;

namespace MediaEngine.Keys;

/// <summary>SAKKE (RFC 6509 4.2).</summary>
public readonly ref struct MikeySakke
{
    /// <summary>Parameter set 1 of RFC 6509 Appendix A.</summary>
    public const byte ParameterSet1 = 1;

    /// <summary>Encapsulated data for a 16-octet key: a point of 257 octets and the masked key (RFC 6508 4).</summary>
    public const int EncapsulatedData_bytes = 273;

    internal MikeySakke(byte parameterSet, MikeySakkeScheme scheme, ReadOnlySpan<byte> encapsulatedData)
    {
        ParameterSet = parameterSet;
        Scheme = scheme;
        EncapsulatedData = encapsulatedData;
    }

    public byte ParameterSet { get; }

    public MikeySakkeScheme Scheme { get; }

    /// <summary>SED.</summary>
    public ReadOnlySpan<byte> EncapsulatedData { get; }

    /// <summary>Reads a whole payload that stands outside a chain: SAKKE-to-self. Its next payload is ignored.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out MikeySakke sakke)
    {
        sakke = default;
        if (MikeyLayout.Measure(MikeyPayloadType.Sakke, payload, out int length) != MikeyError.None || length != payload.Length)
            return false;
        sakke = new MikeyPayload(MikeyPayloadType.Sakke, payload, 0).AsSakke();
        return true;
    }

    internal static void Write(Span<byte> payload, ReadOnlySpan<byte> encapsulatedData)
    {
        payload[0] = (byte)MikeyPayloadType.Last;
        payload[1] = ParameterSet1;
        payload[2] = (byte)MikeySakkeScheme.HashedUserIdentifier;
        BinaryPrimitives.WriteUInt16BigEndian(payload[3..], (ushort)encapsulatedData.Length);
        encapsulatedData.CopyTo(payload[5..]);
    }
}
