using System.Buffers.Binary;
using System.Globalization;

namespace MediaEngine.Keys;

/// <summary>
/// A 32-bit key identifier: GMK-ID, GUK-ID, CSK-ID and so on (TS 33.180 5.2.3). Public: it travels in clear as (part of)
/// the MKI.
/// </summary>
public readonly record struct KeyIdentifier(uint Value)
{
    public const int Length_bytes = 4;

    /// <summary>The four top bits; 7..15 are not assigned and keep their number.</summary>
    public KeyPurpose Purpose => (KeyPurpose)(Value >> 28);

    /// <summary>Writes four octets in network order.</summary>
    public void Write(Span<byte> destination4) => BinaryPrimitives.WriteUInt32BigEndian(destination4, Value);

    /// <summary>Reads four octets in network order.</summary>
    public static KeyIdentifier Read(ReadOnlySpan<byte> source4) => new(BinaryPrimitives.ReadUInt32BigEndian(source4));

    /// <summary>Exactly eight hexadecimal digits.</summary>
    public static bool TryParse(ReadOnlySpan<char> hex8, out KeyIdentifier id)
    {
        id = default;
        if (hex8.Length != 8 ||
            !uint.TryParse(hex8, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint value))
            return false;
        id = new KeyIdentifier(value);
        return true;
    }

    /// <summary>Eight lower-case hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x8", CultureInfo.InvariantCulture);
}
