using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MediaEngine.Rtp;

namespace MediaEngine.Sip;

/// <summary>Half of an HMAC-SHA-256 under a key of this process: nobody outside can find two texts that share it. One thread.</summary>
internal sealed class KeyedHash : IDisposable
{
    private const int Key_bytes = 32;
    private readonly IncrementalHash _hmac;

    public KeyedHash(IEntropy entropy)
    {
        Span<byte> key = stackalloc byte[Key_bytes];
        entropy.Fill(key);
        _hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        CryptographicOperations.ZeroMemory(key);
    }

    public UInt128 Of(string text)
    {
        _hmac.AppendData(MemoryMarshal.AsBytes(text.AsSpan()));
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _hmac.GetHashAndReset(hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    public void Dispose() => _hmac.Dispose();
}
