using System.Buffers.Binary;
using MediaEngine.Srtp;

namespace MediaEngine.Keys;

/// <summary>An SRTP security policy as SP carries it (RFC 3830 6.10.1, RFC 4771 4, RFC 7714 14.3). Null is not sent.</summary>
public sealed class MikeySrtpPolicy
{
    private const int AesGcm = 6;
    private const int RccMode3 = 4;
    private const int RccMode3Tag_bytes = 4;
    private const int MaxParameter_bytes = 4;
    private const int On = 1;

    private static readonly MikeySrtpParameter[] Order = Enum.GetValues<MikeySrtpParameter>();

    private readonly int?[] _values = new int?[Order.Length];

    /// <summary>Group media: AES-128-GCM, ROC in every packet (TS 33.180 Table E.2.2-1).</summary>
    public static MikeySrtpPolicy GroupMedia { get; } = Control
        .With(MikeySrtpParameter.AuthenticationAlgorithm, RccMode3)
        .With(MikeySrtpParameter.RocTransmissionRate, 1)
        .With(MikeySrtpParameter.SrtpAuthenticationTagLength, RccMode3Tag_bytes)
        .With(MikeySrtpParameter.SrtcpAuthenticationTagLength, 0);

    /// <summary>
    /// Private media and control: AES-128-GCM without ROC. UNCERTAIN for private media: the Rel-13 table has no ROC, one
    /// vendor sends it with PCK and CSK.
    /// </summary>
    public static MikeySrtpPolicy Control => new MikeySrtpPolicy()
        .With(MikeySrtpParameter.EncryptionAlgorithm, AesGcm)
        .With(MikeySrtpParameter.EncryptionKeyLength, 16)
        .With(MikeySrtpParameter.SaltLength, 12)
        .With(MikeySrtpParameter.PseudoRandomFunction, 0)
        .With(MikeySrtpParameter.KeyDerivationRate, 0)
        .With(MikeySrtpParameter.AeadTagLength, 16);

    /// <summary>A parameter's value; null when it is not there.</summary>
    public int? this[MikeySrtpParameter parameter] => _values[(int)parameter];

    /// <summary>A copy with this parameter.</summary>
    public MikeySrtpPolicy With(MikeySrtpParameter parameter, int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        var copy = new MikeySrtpPolicy();
        _values.CopyTo(copy._values, 0);
        copy._values[(int)parameter] = value;
        return copy;
    }

    /// <summary>The policy that applies without an SP payload (TS 33.180 E.2.2, E.3.2, E.4.2).</summary>
    public static SrtpPolicy DefaultFor(KeyPurpose purpose) =>
        purpose == KeyPurpose.GroupMasterKey ? SrtpPolicy.GroupMedia : SrtpPolicy.Control;

    /// <summary>Reads an SP payload. Unknown parameters are ignored; one that occurs twice or is over 4 octets is refused.</summary>
    public static bool TryRead(MikeySecurityPolicy payload, out MikeySrtpPolicy? policy)
    {
        policy = null;
        if (payload.ProtocolType != 0)
            return false;
        var read = new MikeySrtpPolicy();
        foreach (MikeySecurityParameter parameter in payload)
        {
            if ((int)parameter.Type >= read._values.Length)
                continue;
            if (parameter.Value.Length is 0 or > MaxParameter_bytes || read[parameter.Type] is not null)
                return false;
            long value = 0;
            foreach (byte octet in parameter.Value)
                value = value << 8 | octet;
            if (value > int.MaxValue)
                return false;
            read._values[(int)parameter.Type] = (int)value;
        }
        policy = read;
        return true;
    }

    /// <summary>Writes type, length and value of each parameter; the ROC rate in 2 octets (RFC 4771 4), the others in 1.</summary>
    /// <returns>The length.</returns>
    public int Write(Span<byte> destination)
    {
        int length = 0;
        foreach (MikeySrtpParameter parameter in Order)
        {
            if (this[parameter] is not { } value)
                continue;
            destination[length++] = (byte)parameter;
            if (parameter == MikeySrtpParameter.RocTransmissionRate)
            {
                destination[length++] = sizeof(ushort);
                BinaryPrimitives.WriteUInt16BigEndian(destination[length..], checked((ushort)value));
                length += sizeof(ushort);
            }
            else
            {
                destination[length++] = 1;
                destination[length++] = checked((byte)value);
            }
        }
        return length;
    }

    /// <summary>What the engine does for it; null when it does not do it: AES-128-GCM with both encrypted, ROC by mode 3 or none.</summary>
    public SrtpPolicy? ToSrtpPolicy()
    {
        bool aead = this[MikeySrtpParameter.EncryptionAlgorithm] == AesGcm &&
            Is(MikeySrtpParameter.EncryptionKeyLength, 16) && Is(MikeySrtpParameter.SaltLength, 12) &&
            Is(MikeySrtpParameter.PseudoRandomFunction, 0) && Is(MikeySrtpParameter.KeyDerivationRate, 0) &&
            Is(MikeySrtpParameter.SrtpEncryption, On) && Is(MikeySrtpParameter.SrtcpEncryption, On) &&
            Is(MikeySrtpParameter.SrtpPrefixLength, 0) && Is(MikeySrtpParameter.AeadTagLength, 16);
        if (!aead)
            return null;
        // Specific beats general (RFC 4771 4).
        int algorithm = this[MikeySrtpParameter.SrtpAuthenticationAlgorithm] ?? this[MikeySrtpParameter.AuthenticationAlgorithm] ?? 0;
        int tag = this[MikeySrtpParameter.SrtpAuthenticationTagLength] ?? this[MikeySrtpParameter.AuthenticationTagLength] ??
            (algorithm == RccMode3 ? RccMode3Tag_bytes : 0);
        var none = new SrtpPolicy(SrtpProfile.AeadAes128Gcm);
        int rate = this[MikeySrtpParameter.RocTransmissionRate] ?? 1;
        return (algorithm, tag) switch
        {
            (RccMode3, RccMode3Tag_bytes) when rate is >= 1 and <= ushort.MaxValue => none with { RocTransmissionRate = rate },
            (0, 0) => none,
            _ => null,
        };
    }

    private bool Is(MikeySrtpParameter parameter, int value) => (this[parameter] ?? value) == value;
}
