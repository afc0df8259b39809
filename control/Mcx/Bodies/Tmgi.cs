using System.Diagnostics.CodeAnalysis;

namespace MediaEngine.Mcx;

/// <summary>Identifies a bearer: 3 octets of MBMS service identity, then 3 of MCC and MNC or none (TS 24.008 10.5.6.13). Compares by value.</summary>
public sealed class Tmgi : IEquatable<Tmgi>
{
    private readonly byte[] _octets;

    private Tmgi(byte[] octets) => _octets = octets;

    public ReadOnlyMemory<byte> Octets => _octets;

    /// <summary>6 or 12 hex digits.</summary>
    public static bool TryParse(string? hex, [NotNullWhen(true)] out Tmgi? tmgi)
    {
        hex = hex?.Trim();
        tmgi = hex is { Length: 6 or 12 } && hex.All(char.IsAsciiHexDigit) ? new Tmgi(Convert.FromHexString(hex)) : null;
        return tmgi is not null;
    }

    public bool Equals(Tmgi? other) => other is not null && _octets.AsSpan().SequenceEqual(other._octets);

    public override bool Equals(object? obj) => Equals(obj as Tmgi);

    public override int GetHashCode() => BitConverter.ToUInt16(_octets);

    /// <summary>Hex digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(_octets);
}
