using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using MediaEngine.Rtp;

namespace MediaEngine.Srtp;

/// <summary>AES-CM with HMAC-SHA1 (RFC 3711 4.1.1 and 4.2.1, RFC 6188). Verifies before it decrypts.</summary>
internal sealed class CounterModeSessionCipher : SessionCipher
{
    private readonly int _key_bytes;
    private readonly byte[] _salt = GC.AllocateArray<byte>(CounterCipher.Block_bytes, pinned: true);
    private CounterCipher? _cipher;
    private bool _disposed;

    public CounterModeSessionCipher(int key_bytes) => _key_bytes = key_bytes;

    /// <summary>The authentication key, for the batches that compute many codes at once.</summary>
    public HmacSha1 Authentication { get; } = new();

    public override void SetKeys(KeyDerivation derivation, bool rtcp, ulong period)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Span<byte> key = stackalloc byte[SrtpProfileLengths.MaxKey_bytes];
        Span<byte> encryptionKey = key[.._key_bytes];
        derivation.Derive(rtcp ? KeyDerivation.RtcpKey : KeyDerivation.RtpKey, period, encryptionKey);
        if (_cipher is null)
            _cipher = CounterCipher.Create(encryptionKey);
        else
            _cipher.SetKey(encryptionKey);
        Span<byte> authenticationKey = key[..HmacSha1.Output_bytes];
        derivation.Derive(rtcp ? KeyDerivation.RtcpAuthentication : KeyDerivation.RtpAuthentication, period, authenticationKey);
        Authentication.SetKey(authenticationKey);
        derivation.Derive(
            rtcp ? KeyDerivation.RtcpSalt : KeyDerivation.RtpSalt, period, _salt.AsSpan(0, SrtpProfileLengths.MaxSalt_bytes));
        CryptographicOperations.ZeroMemory(key);
    }

    public override void SealRtp(uint ssrc, ulong index, Span<byte> packet, int header_bytes, Span<byte> tag)
    {
        Span<byte> payload = packet[header_bytes..];
        ApplyKeystream(ssrc, index, payload, payload);
        Authentication.Compute(packet, RolloverCounter(index), tag);
    }

    public override bool OpenRtp(
        uint ssrc, ulong index, ReadOnlySpan<byte> packet, int header_bytes, ReadOnlySpan<byte> tag, Span<byte> destination)
    {
        bool authentic = Authentication.Verify(packet, RolloverCounter(index), tag);
        return OpenVerifiedRtp(authentic, ssrc, index, packet, header_bytes, destination);
    }

    /// <summary>The half of <see cref="OpenRtp"/> that follows the verification.</summary>
    public bool OpenVerifiedRtp(
        bool authentic, uint ssrc, ulong index, ReadOnlySpan<byte> packet, int header_bytes, Span<byte> destination)
    {
        if (!authentic)
        {
            CryptographicOperations.ZeroMemory(destination[header_bytes..]);
            return false;
        }
        ApplyKeystream(ssrc, index, packet[header_bytes..], destination[header_bytes..]);
        packet[..header_bytes].CopyTo(destination);
        return true;
    }

    public override void SealRtcp(uint ssrc, uint word, Span<byte> packet, Span<byte> tag)
    {
        Span<byte> payload = packet[RtcpHeader.Length_bytes..];
        ApplyKeystream(ssrc, word & PacketTail.MaxRtcpIndex, payload, payload);
        Authentication.Compute(packet, word, tag);
    }

    public override bool OpenRtcp(
        uint ssrc, uint word, ReadOnlySpan<byte> packet, ReadOnlySpan<byte> tag, Span<byte> destination)
    {
        bool authentic = Authentication.Verify(packet, word, tag);
        if ((word & PacketTail.EncryptedFlag) == 0)
            return authentic;
        return OpenVerifiedRtp(
            authentic, ssrc, word & PacketTail.MaxRtcpIndex, packet, RtcpHeader.Length_bytes, destination);
    }

    /// <summary>RFC 3711 4.1.1: IV = salt·2^16 XOR SSRC·2^64 XOR index·2^16.</summary>
    [SkipLocalsInit]
    public void ApplyKeystream(uint ssrc, ulong index, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Span<byte> counter = stackalloc byte[CounterCipher.Block_bytes];
        BinaryPrimitives.WriteUInt64BigEndian(counter, BinaryPrimitives.ReadUInt64BigEndian(_salt) ^ ssrc);
        BinaryPrimitives.WriteUInt64BigEndian(counter[8..], BinaryPrimitives.ReadUInt64BigEndian(_salt.AsSpan(8)) ^ index << 16);
        _cipher!.ApplyKeystream(counter, source, destination);
    }

    public override void Dispose()
    {
        _disposed = true;
        _cipher?.Dispose();
        Authentication.Dispose();
        CryptographicOperations.ZeroMemory(_salt);
    }

    public static uint RolloverCounter(ulong index) => (uint)(index >> 16);
}
