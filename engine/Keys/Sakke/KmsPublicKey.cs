namespace MediaEngine.Keys;

/// <summary>
/// Z_T: the key of a KMS under which anyone sends keys to its users by SAKKE (RFC 6508, parameter set 1 of RFC 6509).
/// Immutable. Made once for each KMS: it holds tables, and making it takes milliseconds.
/// </summary>
public sealed class KmsPublicKey
{
    /// <summary>An uncompressed point: 04 ‖ x ‖ y.</summary>
    public const int Length_bytes = SakkeParameters.Point_bytes;

    /// <summary>SSV: n = 128.</summary>
    public const int SharedSecretValue_bytes = SakkeParameters.SharedSecretValue_bytes;

    /// <summary>R ‖ H, the SAKKE encapsulated data (RFC 6508 4).</summary>
    public const int EncapsulatedData_bytes = Length_bytes + SharedSecretValue_bytes;

    /// <summary>The longest identifier taken.</summary>
    public const int MaxIdentifier_bytes = SakkeParameters.Integer_bytes;

    private readonly byte[] _octets;
    private readonly SakkeSender _sender;

    private KmsPublicKey(ReadOnlySpan<byte> octets, SakkeArithmetic arithmetic, SakkeSender sender)
    {
        _octets = octets.ToArray();
        Arithmetic = arithmetic;
        _sender = sender;
    }

    public ReadOnlySpan<byte> Octets => _octets;

    internal SakkeArithmetic Arithmetic { get; }

    /// <summary>Null unless the octets are an uncompressed point of order q.</summary>
    public static KmsPublicKey? Read(ReadOnlySpan<byte> octets257) => Read(octets257, SakkeArithmetic.Preferred);

    internal static KmsPublicKey? Read(ReadOnlySpan<byte> octets257, SakkeArithmetic arithmetic) =>
        arithmetic.OpenPublicKey(octets257) is { } sender ? new KmsPublicKey(octets257, arithmetic, sender) : null;

    /// <summary>Encapsulates a key to the user with this identifier (RFC 6508 6.2.1).</summary>
    /// <param name="identifier">In MCX the UID; 1..128 octets.</param>
    /// <param name="ssv16">The key; unpredictable, since everything else is derived from it.</param>
    public void Encapsulate(ReadOnlySpan<byte> identifier, ReadOnlySpan<byte> ssv16, Span<byte> encapsulated273)
    {
        ThrowUnlessIdentifier(identifier);
        if (ssv16.Length != SharedSecretValue_bytes)
            throw new ArgumentException("An SSV has 16 octets.", nameof(ssv16));
        _sender.Encapsulate(identifier, ssv16, encapsulated273[..EncapsulatedData_bytes]);
    }

    internal static void ThrowUnlessIdentifier(ReadOnlySpan<byte> identifier)
    {
        if (identifier.Length is < 1 or > MaxIdentifier_bytes)
            throw new ArgumentException("An identifier has 1 to 128 octets.", nameof(identifier));
    }
}
