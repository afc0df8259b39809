using System.Buffers.Binary;

namespace MediaEngine.Keys;

/// <summary>Enumerates the CS ID map of a checked header.</summary>
public ref struct CryptoSessionEntries
{
    internal const int SrtpIdEntry_bytes = 9;

    private const int GenericFixed_bytes = 3;

    private readonly MikeyMapType _type;
    private ReadOnlySpan<byte> _rest;
    private int _length;
    private byte _number;

    internal CryptoSessionEntries(MikeyMapType type, ReadOnlySpan<byte> map)
    {
        _type = type;
        _rest = map;
    }

    public readonly CryptoSessionEntry Current => new(_type, _rest[.._length], _number);

    public readonly CryptoSessionEntries GetEnumerator() => this;

    public bool MoveNext()
    {
        // CS IDs of an SRTP-ID map count from 1 (RFC 3830 6.1.1).
        _number++;
        _rest = _rest[_length..];
        if (_rest.IsEmpty)
            return false;
        _length = SrtpIdEntry_bytes;
        return _type == MikeyMapType.SrtpId || TryMeasureGeneric(_rest, out _length);
    }

    // CS ID, Prot type, S|#P, policies, SessDataLen(16), SessData, SPILen(8), SPI (RFC 6043 6.1.1)
    internal static bool TryMeasureGeneric(ReadOnlySpan<byte> entry, out int length)
    {
        length = 0;
        if (entry.Length < GenericFixed_bytes)
            return false;
        int sessionData = GenericFixed_bytes + (entry[2] & 0x7F);
        if (entry.Length < sessionData + 2)
            return false;
        int spi = sessionData + 2 + BinaryPrimitives.ReadUInt16BigEndian(entry[sessionData..]);
        if (entry.Length < spi + 1)
            return false;
        length = spi + 1 + entry[spi];
        return length <= entry.Length;
    }
}
