using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MediaEngine.Keys;

/// <summary>
/// UID: whom ECCSI and SAKKE keys belong to during one key period (TS 33.180 F.2.1), for users and servers alike.
/// </summary>
public static class UserIdentifier
{
    public const int Length_bytes = SHA256.HashSizeInBytes;

    private const int MaxInteger_bytes = sizeof(ulong);
    private const int ParameterCount = 6;

    private static ReadOnlySpan<byte> Label => "MIKEY-SAKKE-UID"u8;

    /// <summary>SHA-256 over 00 and the six parameters, each followed by its length in 16 bits.</summary>
    /// <param name="userUri">Exactly as provisioned, scheme included.</param>
    /// <param name="kmsUri">Exactly as provisioned.</param>
    /// <param name="keyPeriod_s">At least 1.</param>
    /// <param name="keyPeriodOffset_s">At least 0.</param>
    /// <param name="periodNumber">At least 0.</param>
    /// <param name="destination32">Gets 32 octets.</param>
    /// <exception cref="ArgumentException">A URI of more than 65535 octets.</exception>
    public static void Derive(
        string userUri, string kmsUri, long keyPeriod_s, long keyPeriodOffset_s, long periodNumber, Span<byte> destination32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keyPeriod_s, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(keyPeriodOffset_s);
        ArgumentOutOfRangeException.ThrowIfNegative(periodNumber);
        byte[] user = Octets(userUri, nameof(userUri)), kms = Octets(kmsUri, nameof(kmsUri));
        byte[] input = new byte[1 + Label.Length + user.Length + kms.Length + 3 * MaxInteger_bytes + ParameterCount * 2];
        int length = 1;
        Append(Label, input, ref length);
        Append(user, input, ref length);
        Append(kms, input, ref length);
        AppendInteger(keyPeriod_s, input, ref length);
        AppendInteger(keyPeriodOffset_s, input, ref length);
        AppendInteger(periodNumber, input, ref length);
        SHA256.HashData(input.AsSpan(0, length), destination32);
    }

    private static byte[] Octets(string uri, string name)
    {
        byte[] octets = Encoding.UTF8.GetBytes(uri);
        return octets.Length <= ushort.MaxValue ? octets : throw new ArgumentException("A URI has at most 65535 octets.", name);
    }

    private static void Append(ReadOnlySpan<byte> parameter, Span<byte> input, ref int length)
    {
        parameter.CopyTo(input[length..]);
        length += parameter.Length;
        BinaryPrimitives.WriteUInt16BigEndian(input[length..], (ushort)parameter.Length);
        length += sizeof(ushort);
    }

    // As few octets as the number needs; zero needs one.
    private static void AppendInteger(long value, Span<byte> input, ref int length)
    {
        Span<byte> octets = stackalloc byte[MaxInteger_bytes];
        BinaryPrimitives.WriteInt64BigEndian(octets, value);
        int first = octets.IndexOfAnyExcept((byte)0);
        Append(octets[(first < 0 ? MaxInteger_bytes - 1 : first)..], input, ref length);
    }
}
