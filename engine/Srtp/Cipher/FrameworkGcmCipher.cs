using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace MediaEngine.Srtp;

/// <summary>AES-GCM by the framework, that is by the system's crypto library. One native context per key, kept.</summary>
internal sealed class FrameworkGcmCipher : PacketCipher
{
    private readonly AesGcm _gcm;

    public FrameworkGcmCipher(ReadOnlySpan<byte> key) => _gcm = new AesGcm(key, Tag_bytes);

    public override void Seal(
        Vector128<byte> nonce, ReadOnlySpan<byte> associatedData, Span<byte> text, Span<byte> tag)
    {
        Span<byte> octets = stackalloc byte[Vector128<byte>.Count];
        nonce.CopyTo(octets);
        _gcm.Encrypt(octets[..Nonce_bytes], text, text, tag, associatedData);
    }

    public override bool Open(
        Vector128<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag,
        Span<byte> text)
    {
        Span<byte> octets = stackalloc byte[Vector128<byte>.Count];
        nonce.CopyTo(octets);
        try
        {
            _gcm.Decrypt(octets[..Nonce_bytes], ciphertext, tag, text, associatedData);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            // The framework knows no other way to say so.
            CryptographicOperations.ZeroMemory(text);
            return false;
        }
    }

    public override void Dispose() => _gcm.Dispose();
}
