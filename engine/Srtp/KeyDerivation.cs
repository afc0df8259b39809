using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MediaEngine.Srtp;

/// <summary>Session keys from a master key (RFC 3711 4.3, RFC 6188). Keeps the master key's schedule and salt; Dispose zeroes.</summary>
internal sealed class KeyDerivation : IDisposable
{
    public const byte RtpKey = 0x00;
    public const byte RtpAuthentication = 0x01;
    public const byte RtpSalt = 0x02;
    public const byte RtcpKey = 0x03;
    public const byte RtcpAuthentication = 0x04;
    public const byte RtcpSalt = 0x05;

    // The label sits in octet 7 of the 14-octet salt, for SRTCP as for SRTP: RFC 3711 4.3.2 read literally would move it,
    // deployed code does not. The period (index DIV key derivation rate) fills octets 8..13 below it.
    private const int LabelOctet = 7;

    private readonly CounterCipher _prf;
    private readonly byte[] _salt = GC.AllocateArray<byte>(CounterCipher.Block_bytes, pinned: true);

    /// <param name="masterKey">The PRF's AES follows its length (RFC 7714 11).</param>
    /// <param name="masterSalt">At most 14 octets. A 12-octet AEAD salt is padded on the right (RFC 9335 A.2).</param>
    public KeyDerivation(ReadOnlySpan<byte> masterKey, ReadOnlySpan<byte> masterSalt)
    {
        _prf = CounterCipher.Create(masterKey);
        masterSalt.CopyTo(_salt.AsSpan(0, SrtpProfileLengths.MaxSalt_bytes));
    }

    /// <summary>Fills <paramref name="output"/> for one label.</summary>
    /// <param name="label">RFC 3711 4.3.1 and 4.3.2.</param>
    /// <param name="period">48 bits; 0 with key derivation rate 0.</param>
    /// <param name="output">At most 2^16 blocks.</param>
    public void Derive(byte label, ulong period, Span<byte> output)
    {
        Span<byte> counter = stackalloc byte[CounterCipher.Block_bytes];
        _salt.CopyTo(counter);
        ulong tail = BinaryPrimitives.ReadUInt64BigEndian(counter[8..]) ^ period << 16;
        BinaryPrimitives.WriteUInt64BigEndian(counter[8..], tail);
        counter[LabelOctet] ^= label;
        output.Clear();
        _prf.ApplyKeystream(counter, output, output);
        CryptographicOperations.ZeroMemory(counter);
    }

    public void Dispose()
    {
        _prf.Dispose();
        CryptographicOperations.ZeroMemory(_salt);
    }
}
