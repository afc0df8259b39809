using System.Buffers.Binary;

namespace MediaEngine.Keys;

/// <summary>Key data sub-payload of a decrypted KEMAC (RFC 3830 6.13, 6.14). Holds a key: never print it.</summary>
public readonly ref struct MikeyKeyData
{
    private MikeyKeyData(ReadOnlySpan<byte> octets)
    {
        Type = (MikeyKeyDataType)(octets[1] >> 4);
        Validity = (MikeyKeyValidity)(octets[1] & 0x0F);
        octets = octets[2..];
        Key = Take16(ref octets);
        Salt = MikeyLayout.HasSalt(Type) ? Take16(ref octets) : default;
        Spi = Validity == MikeyKeyValidity.Spi ? Take8(ref octets) : default;
        ValidFrom = Validity == MikeyKeyValidity.Interval ? Take8(ref octets) : default;
        ValidTo = Validity == MikeyKeyValidity.Interval ? Take8(ref octets) : default;
    }

    public MikeyKeyDataType Type { get; }

    public MikeyKeyValidity Validity { get; }

    public ReadOnlySpan<byte> Key { get; }

    public ReadOnlySpan<byte> Salt { get; }

    /// <summary>SPI or MKI.</summary>
    public ReadOnlySpan<byte> Spi { get; }

    public ReadOnlySpan<byte> ValidFrom { get; }

    public ReadOnlySpan<byte> ValidTo { get; }

    /// <summary>Takes the first sub-payload off the decrypted data; <paramref name="rest"/> is what follows it.</summary>
    public static MikeyError TryRead(ReadOnlySpan<byte> octets, out MikeyKeyData keyData, out ReadOnlySpan<byte> rest)
    {
        keyData = default;
        rest = default;
        MikeyError error = MikeyLayout.MeasureKeyData(octets, out int length);
        if (error != MikeyError.None)
            return error;
        if (octets[0] is not ((byte)MikeyPayloadType.Last or (byte)MikeyPayloadType.KeyData))
            return MikeyError.UnknownPayload;
        if (octets[0] == (byte)MikeyPayloadType.Last && length != octets.Length)
            return MikeyError.TrailingOctets;
        keyData = new MikeyKeyData(octets[..length]);
        rest = octets[length..];
        return MikeyError.None;
    }

    /// <summary>Writes one sub-payload that is the only one.</summary>
    /// <returns>Its length.</returns>
    public static int Write(Span<byte> destination, MikeyKeyDataType type, ReadOnlySpan<byte> key, ReadOnlySpan<byte> spi)
    {
        if (MikeyLayout.HasSalt(type))
            throw new ArgumentException("A key with a salt is not written here.", nameof(type));
        destination[0] = (byte)MikeyPayloadType.Last;
        destination[1] = (byte)((byte)type << 4 | (byte)(spi.IsEmpty ? MikeyKeyValidity.None : MikeyKeyValidity.Spi));
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)key.Length);
        key.CopyTo(destination[4..]);
        int length = 4 + key.Length;
        if (spi.IsEmpty)
            return length;
        destination[length++] = (byte)spi.Length;
        spi.CopyTo(destination[length..]);
        return length + spi.Length;
    }

    private static ReadOnlySpan<byte> Take16(scoped ref ReadOnlySpan<byte> octets)
    {
        int length = BinaryPrimitives.ReadUInt16BigEndian(octets);
        ReadOnlySpan<byte> taken = octets.Slice(2, length);
        octets = octets[(2 + length)..];
        return taken;
    }

    private static ReadOnlySpan<byte> Take8(scoped ref ReadOnlySpan<byte> octets)
    {
        ReadOnlySpan<byte> taken = octets.Slice(1, octets[0]);
        octets = octets[(1 + taken.Length)..];
        return taken;
    }
}
