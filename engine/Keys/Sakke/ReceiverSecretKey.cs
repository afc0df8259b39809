namespace MediaEngine.Keys;

/// <summary>
/// RSK: what one user opens SAKKE encapsulated data with (RFC 6508). Exists only after the check on receipt. Immutable
/// until disposed, which zeroes. Holds about a megabyte: the pairing's half that depends on the RSK alone.
/// </summary>
public sealed class ReceiverSecretKey : IDisposable
{
    /// <summary>An uncompressed point: 04 ‖ x ‖ y.</summary>
    public const int Length_bytes = SakkeParameters.Point_bytes;

    private readonly SecretOctets _secret = new(Length_bytes);
    private readonly SakkeReceiver _receiver;

    private ReceiverSecretKey(ReadOnlySpan<byte> rsk, SakkeReceiver receiver)
    {
        rsk.CopyTo(_secret.Span);
        _receiver = receiver;
    }

    /// <summary>Checks an RSK as the KMS sent it (RFC 6508 6.1.2) and takes it.</summary>
    /// <param name="identifier">The octets under which the KMS issued it; in MCX the UID; 1..128 octets.</param>
    /// <param name="key">Null unless <see cref="SakkeOutcome.Ok"/>.</param>
    public static SakkeOutcome Receive(
        KmsPublicKey kms, ReadOnlySpan<byte> identifier, ReadOnlySpan<byte> rsk, out ReceiverSecretKey? key)
    {
        ArgumentNullException.ThrowIfNull(kms);
        KmsPublicKey.ThrowUnlessIdentifier(identifier);
        SakkeOutcome outcome = kms.Arithmetic.OpenReceiverKey(kms.Octets, identifier, rsk, out SakkeReceiver? receiver);
        key = receiver is null ? null : new ReceiverSecretKey(rsk, receiver);
        return outcome;
    }

    /// <summary>For stores only: 257 octets.</summary>
    public void CopyKeyTo(Span<byte> destination) => _secret.Span.CopyTo(destination);

    /// <summary>Opens encapsulated data (RFC 6508 6.2.2). Never throws on wire input.</summary>
    /// <param name="encapsulated">R ‖ H.</param>
    /// <param name="ssv16">Zeros unless <see cref="SakkeOutcome.Ok"/>.</param>
    public SakkeOutcome Decapsulate(ReadOnlySpan<byte> encapsulated, Span<byte> ssv16)
    {
        _ = _secret.Span;
        return _receiver.Decapsulate(encapsulated, ssv16[..KmsPublicKey.SharedSecretValue_bytes]);
    }

    /// <summary>Never key material.</summary>
    public override string ToString() => "RSK";

    public void Dispose()
    {
        _secret.Dispose();
        _receiver.Dispose();
    }
}
