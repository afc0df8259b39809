using System.Security.Cryptography;
using MediaEngine.Srtp;

namespace MediaEngine.Keys;

/// <summary>
/// The SRTP master keys of one plain SIP session, as SDP carried them (RFC 4568 6.1): each side declares the key it sends
/// with. Dispose zeroes.
/// </summary>
public sealed class SdesKeyPair : IDisposable
{
    private readonly byte[] _send;
    private readonly byte[] _receive;
    private bool _disposed;

    /// <param name="profile">The crypto-suite.</param>
    /// <param name="send">Master key ‖ master salt this side protects with.</param>
    /// <param name="receive">The same of the peer.</param>
    /// <exception cref="ArgumentException">A length does not fit the profile, or both directions have one key.</exception>
    public SdesKeyPair(SrtpProfile profile, ReadOnlySpan<byte> send, ReadOnlySpan<byte> receive)
    {
        int length = Length_bytes(profile);
        if (send.Length != length || receive.Length != length)
            throw new ArgumentException($"{profile} takes {length} octets of master key and salt in each direction.", nameof(send));
        if (CryptographicOperations.FixedTimeEquals(send, receive))
            throw new ArgumentException("Each direction has a key of its own: with one key for both nonces could repeat.", nameof(receive));
        Profile = profile;
        _send = GC.AllocateUninitializedArray<byte>(length, pinned: true);
        _receive = GC.AllocateUninitializedArray<byte>(length, pinned: true);
        send.CopyTo(_send);
        receive.CopyTo(_receive);
    }

    public SrtpProfile Profile { get; }

    /// <summary>Octets of master key and salt together.</summary>
    public static int Length_bytes(SrtpProfile profile) => profile.KeyLength_bytes() + profile.SaltLength_bytes();

    /// <summary>The key this side protects with; the caller's to dispose.</summary>
    public SrtpMasterKey CreateSendKey() => Create(_send);

    /// <summary>The key the peer protects with; the caller's to dispose.</summary>
    public SrtpMasterKey CreateReceiveKey() => Create(_receive);

    public SdesKeyPair Copy()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new SdesKeyPair(Profile, _send, _receive);
    }

    /// <summary>The profile; never key material.</summary>
    public override string ToString() => Profile.ToString();

    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_send);
        CryptographicOperations.ZeroMemory(_receive);
    }

    private SrtpMasterKey Create(byte[] keyAndSalt)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        int key = Profile.KeyLength_bytes();
        return new SrtpMasterKey(Profile, keyAndSalt.AsSpan(0, key), keyAndSalt.AsSpan(key), []);
    }
}
