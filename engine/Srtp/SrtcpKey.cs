using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using MediaEngine.Rtp;

namespace MediaEngine.Srtp;

/// <summary>
/// The SRTCP session of one master key of an AEAD profile, whose key derivation rate is 0. A part of who holds it, so that a packet goes
/// through few objects. The cipher is set up on first use: most who may send a node something never do. Not to be copied.
/// </summary>
internal struct SrtcpKey : IDisposable
{
    public readonly PacketTails Tails;
    public readonly MkiOctets Mki;

    private PacketCipher? _cipher;
    private PinnedMemory _cipherKeys;
    private byte[]? _waiting;

    /// <exception cref="ArgumentException">The key is for a profile that is not AEAD.</exception>
    public SrtcpKey(SrtpMasterKey master)
    {
        ArgumentNullException.ThrowIfNull(master);
        if (!master.Profile.IsAead())
            throw new ArgumentException($"{master.Profile} is no AEAD profile.", nameof(master));
        Mki = new MkiOctets(master.Mki);
        Tails = PacketTails.For(new SrtpPolicy(master.Profile), master.Mki.Length);
        using var derivation = new KeyDerivation(master.Key, master.Salt);
        Span<byte> salt = stackalloc byte[SrtpProfileLengths.Salt_bytes];
        derivation.Derive(KeyDerivation.RtcpSalt, period: 0, salt);
        Salt = new SessionSalt(salt);
        CryptographicOperations.ZeroMemory(salt);
        _waiting = GC.AllocateArray<byte>(master.Profile.KeyLength_bytes(), pinned: true);
        derivation.Derive(KeyDerivation.RtcpKey, period: 0, _waiting);
    }

    public SessionSalt Salt { get; private set; }

    public PacketCipher Cipher => _cipher ?? SetUp();

    /// <summary>Has the processor fetch what a packet needs.</summary>
    public readonly void Prefetch()
    {
        ObjectFetch.Fetch(_cipher, PacketCipher.Size_bytes);
        _cipherKeys.Fetch();
    }

    public void Dispose()
    {
        Salt = default;
        CryptographicOperations.ZeroMemory(_waiting);
        _cipher?.Dispose();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private PacketCipher SetUp()
    {
        _cipher = PacketCipher.Create(_waiting);
        _cipherKeys = _cipher.ShortPacketKeys;
        CryptographicOperations.ZeroMemory(_waiting);
        _waiting = null;
        return _cipher;
    }
}
