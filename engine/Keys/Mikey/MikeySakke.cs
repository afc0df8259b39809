namespace MediaEngine.Keys;

/// <summary>SAKKE (RFC 6509 4.2).</summary>
public readonly ref struct MikeySakke
{
    /// <summary>Parameter set 1 of RFC 6509 Appendix A.</summary>
    public const byte ParameterSet1 = 1;

    /// <summary>Encapsulated data for a 16-octet key: a point of 257 octets and the masked key (RFC 6508 4).</summary>
    public const int EncapsulatedData_bytes = 273;

    internal MikeySakke(byte parameterSet, MikeySakkeScheme scheme, ReadOnlySpan<byte> encapsulatedData)
    {
        ParameterSet = parameterSet;
        Scheme = scheme;
        EncapsulatedData = encapsulatedData;
    }

    public byte ParameterSet { get; }

    public MikeySakkeScheme Scheme { get; }

    /// <summary>SED.</summary>
    public ReadOnlySpan<byte> EncapsulatedData { get; }
}
