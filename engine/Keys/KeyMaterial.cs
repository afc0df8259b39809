using System.Security.Cryptography;
using MediaEngine.Srtp;

namespace MediaEngine.Keys;

/// <summary>A 16-octet MCX key with the RAND it came with. Immutable until disposed, which zeroes it.</summary>
internal sealed class KeyMaterial : IDisposable
{
    public const int Key_bytes = 16;

    private readonly byte[] _key = GC.AllocateUninitializedArray<byte>(Key_bytes, pinned: true);
    private readonly byte[] _rand;
    private volatile bool _disposed;

    public KeyMaterial(ReadOnlySpan<byte> key, ReadOnlySpan<byte> rand)
    {
        if (key.Length != Key_bytes)
            throw new ArgumentException("The key has 16 octets (TS 33.180 E.1.1).", nameof(key));
        if (rand.Length is < MikeyKeyDerivation.MinRand_bytes or > MikeyKeyDerivation.MaxRand_bytes)
            throw new ArgumentException("RAND has 16 to 255 octets (RFC 3830 4.2.4).", nameof(rand));
        key.CopyTo(_key);
        _rand = rand.ToArray();
    }

    public ReadOnlySpan<byte> Rand => _rand;

    public ReadOnlySpan<byte> Key
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _key;
        }
    }

    public void CopyKeyTo(Span<byte> destination) => Key.CopyTo(destination);

    public bool IsSame(KeyMaterial other) =>
        CryptographicOperations.FixedTimeEquals(Key, other.Key) && Rand.SequenceEqual(other.Rand);

    /// <summary>The SRTP master key of a crypto session, for AEAD_AES_128_GCM (TS 33.180 7.4, 7.5.1).</summary>
    public SrtpMasterKey DeriveMasterKey(CryptoSession session, KeyIdentifier bundle, ReadOnlySpan<byte> mki)
    {
        Span<byte> key = stackalloc byte[SrtpProfile.AeadAes128Gcm.KeyLength_bytes()];
        Span<byte> salt = stackalloc byte[SrtpProfileLengths.Salt_bytes];
        Derive(session, bundle, key, salt);
        var master = new SrtpMasterKey(SrtpProfile.AeadAes128Gcm, key, salt, mki);
        CryptographicOperations.ZeroMemory(key);
        CryptographicOperations.ZeroMemory(salt);
        return master;
    }

    /// <summary>Fills an SRTP master key and master salt.</summary>
    public void Derive(CryptoSession session, KeyIdentifier bundle, Span<byte> masterKey, Span<byte> masterSalt)
    {
        // Two runs of the PRF: master key and salt are not slices of one output.
        MikeyKeyDerivation.Derive(
            Key, MikeyKeyDerivation.TrafficEncryptingKey, (byte)session, bundle.Value, _rand, masterKey);
        MikeyKeyDerivation.Derive(Key, MikeyKeyDerivation.SaltingKey, (byte)session, bundle.Value, _rand, masterSalt);
    }

    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_key);
    }
}
