using System.Security.Cryptography;
using MediaEngine.Keys;

namespace MediaEngine.Engine.Tests.Keys;

/// <summary>
/// Stands in for ECCSI and SAKKE where a test is about MIKEY: a signature is a hash over UID and message, an encapsulation
/// a mask by UID with a check. No secrecy, but every input counts.
/// </summary>
internal sealed class StandInCrypto : IMikeySigner, IMikeyVerifier, ISakkeEncapsulator, ISakkeDecapsulator
{
    /// <summary>Whether there are keys at all.</summary>
    public bool HasKeys { get; set; } = true;

    /// <summary>Signatures leave out type and length of SIGN.</summary>
    public bool SignsWithoutHeader { get; set; }

    public int Verifications { get; private set; }

    public bool TrySign(ReadOnlySpan<byte> userIdentifier32, ReadOnlySpan<byte> message, Span<byte> signature129)
    {
        Expand(userIdentifier32, SignsWithoutHeader ? message[..^2] : message, signature129);
        return HasKeys;
    }

    public bool Verify(
        KeyManagementServer kms, ReadOnlySpan<byte> userIdentifier32, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature129)
    {
        Verifications++;
        byte[] expected = new byte[signature129.Length];
        Expand(userIdentifier32, message, expected);
        return signature129.SequenceEqual(expected);
    }

    public bool TryEncapsulate(
        KeyManagementServer kms, ReadOnlySpan<byte> userIdentifier32, ReadOnlySpan<byte> key16, Span<byte> encapsulatedData273)
    {
        Expand(userIdentifier32, key16, encapsulatedData273[16..]);
        Mask(userIdentifier32, key16, encapsulatedData273);
        return HasKeys;
    }

    public bool TryDecapsulate(ReadOnlySpan<byte> userIdentifier32, ReadOnlySpan<byte> encapsulatedData273, Span<byte> key16)
    {
        Mask(userIdentifier32, encapsulatedData273[..16], key16);
        byte[] check = new byte[encapsulatedData273.Length - 16];
        Expand(userIdentifier32, key16, check);
        return HasKeys && encapsulatedData273[16..].SequenceEqual(check);
    }

    private static void Mask(ReadOnlySpan<byte> userIdentifier, ReadOnlySpan<byte> from, Span<byte> to)
    {
        byte[] mask = new byte[16];
        Expand(userIdentifier, "mask"u8, mask);
        for (int i = 0; i < mask.Length; i++)
            to[i] = (byte)(from[i] ^ mask[i]);
    }

    private static void Expand(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> output)
    {
        byte[] input = [0, .. data];
        for (; !output.IsEmpty; output = output[Math.Min(32, output.Length)..], input[0]++)
            HMACSHA256.HashData(key, input).AsSpan(0, Math.Min(32, output.Length)).CopyTo(output);
    }
}
