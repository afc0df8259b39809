using System.Buffers.Binary;
using System.Security.Cryptography;
using MediaEngine.Rtp;

namespace MediaEngine.Keys;

/// <summary>
/// The MCData protected payload around key parameters (TS 33.180 E.6.1, 8.5.4): encrypted under a key made from the key that
/// the message delivers.
/// </summary>
internal static class KeyParametersProtection
{
    private const int Overhead_bytes = Header_bytes + 3 + LongIvGcm.Tag_bytes;

    private const int Header_bytes = IdStart + KeyIdentifier.Length_bytes;
    private const int IvStart = 1 + 5 + 4 + 1 + 1;
    private const int IdStart = IvStart + LongIvGcm.Iv_bytes;
    private const byte Encrypted = 0x40;

    // UNCERTAIN: read off a published message: the meaning of type 3, and of the element identifier 0.
    private const byte MessageType = Encrypted | 3;
    private const byte ElementIdentifier = 0;

    // UNCERTAIN: seconds, and the value observed; its receiver ignores it.
    private const byte DateTime = 1;

    private const byte AeadAes128Gcm = 1;
    private const byte FunctionCode = 0x53;

    /// <summary>The protected payload.</summary>
    public static byte[] Seal(ReadOnlySpan<byte> key, KeyIdentifier bundleId, KeyParameters parameters, IEntropy entropy)
    {
        int length = parameters.Length_bytes;
        byte[] payload = new byte[length + Overhead_bytes];
        payload[0] = MessageType;
        payload[5] = DateTime;
        payload[IvStart - 1] = AeadAes128Gcm;
        Span<byte> iv = payload.AsSpan(IvStart, LongIvGcm.Iv_bytes);
        entropy.Fill(iv);
        bundleId.Write(payload.AsSpan(IdStart));
        payload[Header_bytes] = ElementIdentifier;
        BinaryPrimitives.WriteUInt16BigEndian(payload.AsSpan(Header_bytes + 1), checked((ushort)(length + LongIvGcm.Tag_bytes)));
        Span<byte> content = payload.AsSpan(Header_bytes + 3, length);
        parameters.Write(content);
        Span<byte> derived = stackalloc byte[KeyMaterial.Key_bytes];
        Derive(key, bundleId, derived);
        LongIvGcm.Seal(derived, iv, payload.AsSpan(0, Header_bytes), content, payload.AsSpan(Header_bytes + 3 + length));
        CryptographicOperations.ZeroMemory(derived);
        return payload;
    }

    /// <summary>Reads key parameters, protected or, if permitted, in clear.</summary>
    public static MikeyError TryRead(
        ReadOnlySpan<byte> key, KeyIdentifier bundleId, ReadOnlySpan<byte> data, bool acceptInClear, out KeyParameters? parameters)
    {
        parameters = null;
        bool encrypted = !data.IsEmpty && (data[0] & Encrypted) != 0;
        if (!encrypted && !acceptInClear)
            return MikeyError.KeyParametersInClear;
        ReadOnlySpan<byte> content = encrypted ? TryOpen(key, bundleId, data) : data;
        return KeyParameters.TryRead(content, out parameters) ? MikeyError.None : MikeyError.BadKeyParameters;
    }

    private static byte[]? TryOpen(ReadOnlySpan<byte> key, KeyIdentifier bundleId, ReadOnlySpan<byte> data)
    {
        if (data.Length < Overhead_bytes || data[0] != MessageType || data[IvStart - 1] != AeadAes128Gcm ||
            KeyIdentifier.Read(data[IdStart..]) != bundleId ||
            BinaryPrimitives.ReadUInt16BigEndian(data[(Header_bytes + 1)..]) != data.Length - Header_bytes - 3)
            return null;
        byte[] content = data[(Header_bytes + 3)..^LongIvGcm.Tag_bytes].ToArray();
        Span<byte> derived = stackalloc byte[KeyMaterial.Key_bytes];
        Derive(key, bundleId, derived);
        bool opened = LongIvGcm.TryOpen(
            derived, data.Slice(IvStart, LongIvGcm.Iv_bytes), data[..Header_bytes], content, data[^LongIvGcm.Tag_bytes..]);
        CryptographicOperations.ZeroMemory(derived);
        return opened ? content : null;
    }

    // DPCK from DPPK (TS 33.180 F.1.5): S = FC || DPPK-ID || 0004, the 128 low bits
    private static void Derive(ReadOnlySpan<byte> key, KeyIdentifier bundleId, Span<byte> derived)
    {
        Span<byte> input = [FunctionCode, 0, 0, 0, 0, 0, KeyIdentifier.Length_bytes];
        bundleId.Write(input[1..]);
        Span<byte> output = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, input, output);
        output[^derived.Length..].CopyTo(derived);
        output.Clear();
    }
}
