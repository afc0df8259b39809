using System.Buffers.Binary;

namespace MediaEngine.Keys;

/// <summary>One crypto session of a CS ID map (RFC 3830 6.1.1, RFC 6043 6.1.1).</summary>
public readonly ref struct CryptoSessionEntry
{
    private readonly bool _generic;
    private readonly ReadOnlySpan<byte> _octets;
    private readonly byte _number;

    internal CryptoSessionEntry(MikeyMapType type, ReadOnlySpan<byte> octets, byte number)
    {
        _generic = type == MikeyMapType.GenericId;
        _octets = octets;
        _number = number;
    }

    /// <summary>CS ID; in an SRTP-ID map, which does not carry it, the entry's place from 1.</summary>
    public byte CryptoSessionId => _generic ? _octets[0] : _number;

    /// <summary>Prot type: 0 is SRTP.</summary>
    public byte ProtocolType => _generic ? _octets[1] : (byte)0;

    /// <summary>S: the session data carry ROC and SEQ too.</summary>
    public bool CarriesRoc => _generic && (_octets[2] & 0x80) != 0;

    /// <summary>The numbers of the security policies that apply.</summary>
    public ReadOnlySpan<byte> Policies => _generic ? _octets.Slice(3, _octets[2] & 0x7F) : _octets[..1];

    /// <summary>GENERIC-ID: SSRC, or SSRC, ROC and SEQ, or nothing. SRTP-ID: SSRC and ROC.</summary>
    public ReadOnlySpan<byte> SessionData =>
        _generic ? _octets.Slice(SessionDataStart + 2, SessionDataLength) : _octets[1..];

    /// <summary>The MKI; empty in an SRTP-ID map.</summary>
    public ReadOnlySpan<byte> Spi => _generic ? _octets[(SessionDataStart + 2 + SessionDataLength + 1)..] : default;

    private int SessionDataStart => 3 + (_octets[2] & 0x7F);

    private int SessionDataLength => BinaryPrimitives.ReadUInt16BigEndian(_octets[SessionDataStart..]);
}
