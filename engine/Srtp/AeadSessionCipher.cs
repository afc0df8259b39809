using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using MediaEngine.Rtp;

namespace MediaEngine.Srtp;

/// <summary>
/// AES-GCM session (RFC 7714). The cipher is set up on first use, so that a key used only for SRTCP, or only for SRTP, pays
/// for one; until then the session key waits.
/// </summary>
internal sealed class AeadSessionCipher : SessionCipher
{
    private readonly int _key_bytes;
    private bool _disposed;
    private SessionSalt _salt;
    private PacketCipher? _cipher;
    private byte[]? _key;
    private byte[] _unencryptedScratch = [];

    public AeadSessionCipher(int key_bytes) => _key_bytes = key_bytes;

    /// <summary>For published vectors, which give session keys.</summary>
    public AeadSessionCipher(ReadOnlySpan<byte> sessionKey, ReadOnlySpan<byte> sessionSalt)
        : this(sessionKey.Length)
    {
        _key = GC.AllocateArray<byte>(_key_bytes, pinned: true);
        sessionKey.CopyTo(_key);
        _salt = new SessionSalt(sessionSalt);
    }

    public override void SetKeys(KeyDerivation derivation, bool rtcp, ulong period)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        byte label = rtcp ? KeyDerivation.RtcpKey : KeyDerivation.RtpKey;
        if (_cipher is null)
            derivation.Derive(label, period, _key ??= GC.AllocateArray<byte>(_key_bytes, pinned: true));
        else
            Rekey(_cipher, derivation, label, period);
        Span<byte> salt = stackalloc byte[SrtpProfileLengths.Salt_bytes];
        derivation.Derive(rtcp ? KeyDerivation.RtcpSalt : KeyDerivation.RtpSalt, period, salt);
        _salt = new SessionSalt(salt);
        CryptographicOperations.ZeroMemory(salt);
    }

    public override void SealRtp(uint ssrc, ulong index, Span<byte> packet, int header_bytes, Span<byte> tag)
    {
        Vector128<byte> vector = _salt.InitializationVector(ssrc, index);
        Cipher().Seal(vector, packet[..header_bytes], packet[header_bytes..], tag);
    }

    public override bool OpenRtp(
        uint ssrc, ulong index, ReadOnlySpan<byte> packet, int header_bytes, ReadOnlySpan<byte> tag, Span<byte> destination)
    {
        Vector128<byte> vector = _salt.InitializationVector(ssrc, index);
        ReadOnlySpan<byte> associatedData = packet[..header_bytes];
        if (!Cipher().Open(vector, associatedData, packet[header_bytes..], tag, destination[header_bytes..]))
            return false;
        if (!Unsafe.AreSame(in MemoryMarshal.GetReference(packet), in MemoryMarshal.GetReference(destination)))
            associatedData.CopyTo(destination);
        return true;
    }

    public override void SealRtcp(uint ssrc, uint word, Span<byte> packet, Span<byte> tag) =>
        SealRtcp(Cipher(), _salt, ssrc, word, packet, tag);

    /// <summary>The same for who keeps cipher and salt elsewhere.</summary>
    [SkipLocalsInit]
    public static void SealRtcp(PacketCipher cipher, SessionSalt salt, uint ssrc, uint word, Span<byte> packet, Span<byte> tag)
    {
        Vector128<byte> vector = salt.InitializationVector(ssrc, word & PacketTail.MaxRtcpIndex);
        Span<byte> associatedData = stackalloc byte[RtcpHeader.Length_bytes + PacketTail.RtcpIndex_bytes];
        packet[..RtcpHeader.Length_bytes].CopyTo(associatedData);
        BinaryPrimitives.WriteUInt32BigEndian(associatedData[RtcpHeader.Length_bytes..], word);
        cipher.Seal(vector, associatedData, packet[RtcpHeader.Length_bytes..], tag);
    }

    public override bool OpenRtcp(
        uint ssrc, uint word, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> tag, Span<byte> destination)
    {
        if ((word & PacketTail.EncryptedFlag) != 0)
            return OpenRtcp(Cipher(), _salt, ssrc, word, packet, tag, destination);
        Vector128<byte> vector = _salt.InitializationVector(ssrc, word & PacketTail.MaxRtcpIndex);
        return Cipher().Open(vector, UnencryptedAssociatedData(packet, word), [], tag, []);
    }

    /// <summary>The same of an encrypted packet for who keeps cipher and salt elsewhere.</summary>
    [SkipLocalsInit]
    public static bool OpenRtcp(
        PacketCipher cipher, SessionSalt salt, uint ssrc, uint word, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> tag,
        Span<byte> destination)
    {
        Vector128<byte> vector = salt.InitializationVector(ssrc, word & PacketTail.MaxRtcpIndex);
        Span<byte> associatedData = stackalloc byte[RtcpHeader.Length_bytes + PacketTail.RtcpIndex_bytes];
        packet[..RtcpHeader.Length_bytes].CopyTo(associatedData);
        BinaryPrimitives.WriteUInt32BigEndian(associatedData[RtcpHeader.Length_bytes..], word);
        if (!cipher.Open(
            vector, associatedData, packet[RtcpHeader.Length_bytes..], tag, destination[RtcpHeader.Length_bytes..]))
            return false;
        associatedData[..RtcpHeader.Length_bytes].CopyTo(destination);
        return true;
    }

    public override void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_key);
        _key = null;
        _salt = default;
        _cipher?.Dispose();
        _cipher = null;
    }

    // RFC 7714 9.3 authenticates content ‖ word, which the tag separates on the wire.
    private ReadOnlySpan<byte> UnencryptedAssociatedData(ReadOnlySpan<byte> packet, uint word)
    {
        int needed = packet.Length + PacketTail.RtcpIndex_bytes;
        if (_unencryptedScratch.Length < needed)
            _unencryptedScratch = new byte[needed];
        packet.CopyTo(_unencryptedScratch);
        BinaryPrimitives.WriteUInt32BigEndian(_unencryptedScratch.AsSpan(packet.Length), word);
        return _unencryptedScratch.AsSpan(0, needed);
    }

    private PacketCipher Cipher() => _cipher ?? SetUp();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private PacketCipher SetUp()
    {
        ObjectDisposedException.ThrowIf(_key is null, this);
        _cipher = PacketCipher.Create(_key);
        CryptographicOperations.ZeroMemory(_key);
        _key = null;
        return _cipher;
    }

    private void Rekey(PacketCipher cipher, KeyDerivation derivation, byte label, ulong period)
    {
        Span<byte> key = stackalloc byte[_key_bytes];
        derivation.Derive(label, period, key);
        if (!cipher.TrySetKey(key))
        {
            cipher.Dispose();
            _cipher = PacketCipher.Create(key);
        }
        CryptographicOperations.ZeroMemory(key);
    }
}
