using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MediaEngine.Keys;

/// <summary>Lengths of payloads, checked against what there is.</summary>
internal static class MikeyLayout
{
    /// <summary>The whole length of the payload that <paramref name="rest"/> begins with, inner lengths checked.</summary>
    public static MikeyError Measure(MikeyPayloadType type, ReadOnlySpan<byte> rest, out int length)
    {
        length = 0;
        switch (type)
        {
            case MikeyPayloadType.Timestamp:
                if (rest.Length < 2)
                    return MikeyError.Truncated;
                length = 2 + TimestampLength((MikeyTimestampType)rest[1]);
                if (length == 2)
                    return MikeyError.UnsupportedValue;
                break;
            case MikeyPayloadType.Identity or MikeyPayloadType.GeneralExtension:
                return WithLength16(rest, 2, out length);
            case MikeyPayloadType.IdentityWithRole or MikeyPayloadType.Sakke:
                return WithLength16(rest, 3, out length);
            case MikeyPayloadType.Rand:
                if (rest.Length < 2)
                    return MikeyError.Truncated;
                length = 2 + rest[1];
                break;
            case MikeyPayloadType.Error:
                length = 4;
                break;
            case MikeyPayloadType.SecurityPolicy:
                MikeyError error = WithLength16(rest, 3, out length);
                return error != MikeyError.None ? error : Parameters(rest[5..length]);
            case MikeyPayloadType.KeyDataTransport:
                error = WithLength16(rest, 2, out length);
                return error != MikeyError.None ? error : Mac(rest, length, out length);
            case MikeyPayloadType.Verification:
                return Mac(rest, 1, out length);
            case MikeyPayloadType.Signature:
                if (rest.Length < 2)
                    return MikeyError.Truncated;
                length = 2 + (BinaryPrimitives.ReadUInt16BigEndian(rest) & 0x0FFF);
                break;
            case MikeyPayloadType.KeyData:
                return MikeyError.MisplacedPayload;
            default:
                return IsOfOtherMethods((byte)type) ? MikeyError.UnsupportedPayload : MikeyError.UnknownPayload;
        }
        return length <= rest.Length ? MikeyError.None : MikeyError.Truncated;
    }

    /// <summary>Key data sub-payload of KEMAC (RFC 3830 6.13, 6.14): next, type|KV, key, [salt], [KV data].</summary>
    public static MikeyError MeasureKeyData(ReadOnlySpan<byte> rest, out int length)
    {
        MikeyError error = WithLength16(rest, 2, out length);
        if (error != MikeyError.None)
            return error;
        if (HasSalt((MikeyKeyDataType)(rest[1] >> 4)))
        {
            error = WithLength16(rest, length, out length);
            if (error != MikeyError.None)
                return error;
        }
        int fields = (MikeyKeyValidity)(rest[1] & 0x0F) switch
        {
            MikeyKeyValidity.None => 0,
            MikeyKeyValidity.Spi => 1,
            MikeyKeyValidity.Interval => 2,
            _ => -1,
        };
        if (fields < 0)
            return MikeyError.UnsupportedValue;
        for (; fields > 0; fields--)
        {
            if (rest.Length <= length)
                return MikeyError.Truncated;
            length += 1 + rest[length];
        }
        return length <= rest.Length ? MikeyError.None : MikeyError.Truncated;
    }

    public static bool HasSalt(MikeyKeyDataType type) => type is MikeyKeyDataType.TrafficGeneratingKeyWithSalt or
        MikeyKeyDataType.TrafficEncryptingKeyWithSalt or MikeyKeyDataType.GroupTrafficGeneratingKeyWithSalt;

    /// <summary>0 for an unknown type.</summary>
    public static int TimestampLength(MikeyTimestampType type) => type switch
    {
        MikeyTimestampType.NtpUtc or MikeyTimestampType.Ntp => 8,
        MikeyTimestampType.Counter => 4,
        _ => 0,
    };

    /// <summary>-1 for an unknown algorithm.</summary>
    public static int MacLength(MikeyMacAlgorithm algorithm) => algorithm switch
    {
        MikeyMacAlgorithm.Null => 0,
        MikeyMacAlgorithm.HmacSha1_160 => HMACSHA1.HashSizeInBytes,
        MikeyMacAlgorithm.HmacSha256_256 => HMACSHA256.HashSizeInBytes,
        _ => -1,
    };

    private static MikeyError WithLength16(ReadOnlySpan<byte> rest, int at, out int length)
    {
        length = 0;
        if (rest.Length < at + 2)
            return MikeyError.Truncated;
        length = at + 2 + BinaryPrimitives.ReadUInt16BigEndian(rest[at..]);
        return length <= rest.Length ? MikeyError.None : MikeyError.Truncated;
    }

    private static MikeyError Mac(ReadOnlySpan<byte> rest, int at, out int length)
    {
        length = 0;
        if (rest.Length <= at)
            return MikeyError.Truncated;
        int mac = MacLength((MikeyMacAlgorithm)rest[at]);
        if (mac < 0)
            return MikeyError.UnsupportedValue;
        length = at + 1 + mac;
        return length <= rest.Length ? MikeyError.None : MikeyError.Truncated;
    }

    private static MikeyError Parameters(ReadOnlySpan<byte> parameters)
    {
        while (!parameters.IsEmpty)
        {
            if (parameters.Length < 2 || parameters.Length < 2 + parameters[1])
                return MikeyError.BadLength;
            parameters = parameters[(2 + parameters[1])..];
        }
        return MikeyError.None;
    }

    // PKE, DH, CERT, CHASH, TR, RANDR, TP, TICKET
    private static bool IsOfOtherMethods(byte type) => type is 2 or 3 or 7 or 8 or 13 or 15 or 16 or 17;
}
