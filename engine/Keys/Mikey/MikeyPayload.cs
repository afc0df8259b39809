using System.Buffers.Binary;

namespace MediaEngine.Keys;

/// <summary>One payload of a parsed message. Reading it as another type than it is throws.</summary>
public readonly ref struct MikeyPayload
{
    internal MikeyPayload(MikeyPayloadType type, ReadOnlySpan<byte> octets, int offset)
    {
        Type = type;
        Octets = octets;
        Offset = offset;
    }

    public MikeyPayloadType Type { get; }

    /// <summary>The whole payload, from its next payload field (of SIGN: from its type) on.</summary>
    public ReadOnlySpan<byte> Octets { get; }

    /// <summary>Where it begins in the message, in octets.</summary>
    public int Offset { get; }

    public MikeyTimestamp AsTimestamp()
    {
        ReadOnlySpan<byte> octets = Require(MikeyPayloadType.Timestamp);
        var type = (MikeyTimestampType)octets[1];
        return new MikeyTimestamp(type, type == MikeyTimestampType.Counter
            ? BinaryPrimitives.ReadUInt32BigEndian(octets[2..])
            : BinaryPrimitives.ReadUInt64BigEndian(octets[2..]));
    }

    /// <summary>ID or IDR.</summary>
    public MikeyIdentity AsIdentity()
    {
        bool role = Type == MikeyPayloadType.IdentityWithRole;
        ReadOnlySpan<byte> octets = Require(role ? Type : MikeyPayloadType.Identity);
        return role
            ? new MikeyIdentity((MikeyIdentityRole)octets[1], (MikeyIdentityType)octets[2], octets[5..])
            : new MikeyIdentity(null, (MikeyIdentityType)octets[1], octets[4..]);
    }

    public ReadOnlySpan<byte> AsRand() => Require(MikeyPayloadType.Rand)[2..];

    public MikeySecurityPolicy AsSecurityPolicy()
    {
        ReadOnlySpan<byte> octets = Require(MikeyPayloadType.SecurityPolicy);
        return new MikeySecurityPolicy(octets[1], octets[2], octets[5..]);
    }

    public MikeyKeyDataTransport AsKeyDataTransport()
    {
        ReadOnlySpan<byte> octets = Require(MikeyPayloadType.KeyDataTransport);
        int length = BinaryPrimitives.ReadUInt16BigEndian(octets[2..]);
        return new MikeyKeyDataTransport(
            (MikeyEncryptionAlgorithm)octets[1], octets.Slice(4, length), (MikeyMacAlgorithm)octets[4 + length], octets[(5 + length)..]);
    }

    /// <summary>Auth alg and Ver data of V.</summary>
    public ReadOnlySpan<byte> AsVerification(out MikeyMacAlgorithm algorithm)
    {
        ReadOnlySpan<byte> octets = Require(MikeyPayloadType.Verification);
        algorithm = (MikeyMacAlgorithm)octets[1];
        return octets[2..];
    }

    public MikeyErrorNumber AsErrorNumber() => (MikeyErrorNumber)Require(MikeyPayloadType.Error)[1];

    public MikeyGeneralExtension AsGeneralExtension()
    {
        ReadOnlySpan<byte> octets = Require(MikeyPayloadType.GeneralExtension);
        return new MikeyGeneralExtension((MikeyExtensionType)octets[1], octets[4..]);
    }

    public MikeySakke AsSakke()
    {
        ReadOnlySpan<byte> octets = Require(MikeyPayloadType.Sakke);
        return new MikeySakke(octets[1], (MikeySakkeScheme)octets[2], octets[5..]);
    }

    public MikeySignature AsSignature()
    {
        ReadOnlySpan<byte> octets = Require(MikeyPayloadType.Signature);
        return new MikeySignature((MikeySignatureType)(octets[0] >> 4), octets[2..]);
    }

    private ReadOnlySpan<byte> Require(MikeyPayloadType type) =>
        Type == type ? Octets : throw new InvalidOperationException($"A {Type} payload is no {type}.");
}
