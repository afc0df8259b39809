using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace MediaEngine.Srtp;

/// <summary>
/// One session key and salt: seals and opens packets by SSRC and index. The cipher is set up on first use, so that a key
/// used only for SRTCP, or only for SRTP, pays for one.
/// </summary>
internal sealed class SessionCipher : IDisposable
{
    private byte[]? _key;
    private SessionSalt _salt;
    private PacketCipher? _cipher;
    private bool _disposed;

    public SessionCipher(ReadOnlySpan<byte> sessionKey, ReadOnlySpan<byte> sessionSalt)
    {
        _key = GC.AllocateUninitializedArray<byte>(sessionKey.Length, pinned: true);
        sessionKey.CopyTo(_key);
        _salt = new SessionSalt(sessionSalt);
    }

    /// <summary>Encrypts <paramref name="payload"/> in place and writes the 16-octet tag.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Seal(uint ssrc, ulong index, ReadOnlySpan<byte> associatedData, Span<byte> payload, Span<byte> tag)
    {
        Cipher().Seal(_salt.InitializationVector(ssrc, index), associatedData, payload, tag);
    }

    /// <summary>Decrypts into <paramref name="payload"/>; false and a wiped payload when the tag is wrong.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Open(
        uint ssrc, ulong index, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag,
        Span<byte> payload)
    {
        return Cipher().Open(_salt.InitializationVector(ssrc, index), associatedData, ciphertext, tag, payload);
    }

    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_key);
        _salt = default;
        _cipher?.Dispose();
        _cipher = null;
    }

    private PacketCipher Cipher() => _cipher ?? SetUp();

    private PacketCipher SetUp()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _cipher = PacketCipher.Create(_key);
        CryptographicOperations.ZeroMemory(_key);
        _key = null;
        return _cipher;
    }
}
