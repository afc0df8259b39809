using System.Security.Cryptography;

namespace MediaEngine.Srtp;

/// <summary>
/// Master key, master salt and MKI (RFC 3711 3.2.1). Senders and receivers derive their session keys from it at once and
/// keep no reference, so the owner may dispose it as soon as it has been handed over. Dispose zeroes.
/// </summary>
public sealed class SrtpMasterKey : IDisposable
{
    private readonly byte[] _key;
    private readonly byte[] _salt;
    private readonly byte[] _mki;
    private bool _disposed;

    /// <param name="profile">Decides the lengths.</param>
    /// <param name="key">16 or 32 octets.</param>
    /// <param name="salt">12 octets for the AEAD profiles, 14 for the others.</param>
    /// <param name="mki">0..16 octets; 0 = the stream has no MKI.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public SrtpMasterKey(SrtpProfile profile, ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> mki)
    {
        if (key.Length != profile.KeyLength_bytes())
            throw new ArgumentException($"{profile} takes a master key of {profile.KeyLength_bytes()} octets.", nameof(key));
        if (salt.Length != profile.SaltLength_bytes())
            throw new ArgumentException($"{profile} takes a master salt of {profile.SaltLength_bytes()} octets.", nameof(salt));
        if (mki.Length > SrtpProfileLengths.MaxMki_bytes)
            throw new ArgumentException("An MKI has at most 16 octets.", nameof(mki));
        Profile = profile;
        // Pinned, so that the collector leaves no stray copies behind.
        _key = GC.AllocateUninitializedArray<byte>(key.Length, pinned: true);
        _salt = GC.AllocateUninitializedArray<byte>(salt.Length, pinned: true);
        key.CopyTo(_key);
        salt.CopyTo(_salt);
        _mki = mki.ToArray();
    }

    public SrtpProfile Profile { get; }

    /// <summary>Public: it travels in clear in every packet.</summary>
    public ReadOnlySpan<byte> Mki => _mki;

    internal ReadOnlySpan<byte> Key
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _key;
        }
    }

    internal ReadOnlySpan<byte> Salt
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _salt;
        }
    }

    /// <summary>Profile and MKI; never key material.</summary>
    public override string ToString() => $"{Profile} MKI {Convert.ToHexStringLower(_mki)}";

    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_key);
        CryptographicOperations.ZeroMemory(_salt);
    }
}
