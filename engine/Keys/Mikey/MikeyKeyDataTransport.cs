namespace MediaEngine.Keys;

/// <summary>KEMAC (RFC 3830 6.2).</summary>
public readonly ref struct MikeyKeyDataTransport
{
    internal MikeyKeyDataTransport(
        MikeyEncryptionAlgorithm encryption, ReadOnlySpan<byte> encryptedData, MikeyMacAlgorithm macAlgorithm, ReadOnlySpan<byte> mac)
    {
        Encryption = encryption;
        EncryptedData = encryptedData;
        MacAlgorithm = macAlgorithm;
        Mac = mac;
    }

    public MikeyEncryptionAlgorithm Encryption { get; }

    /// <summary>Key data sub-payloads, encrypted unless <see cref="Encryption"/> is Null.</summary>
    public ReadOnlySpan<byte> EncryptedData { get; }

    public MikeyMacAlgorithm MacAlgorithm { get; }

    public ReadOnlySpan<byte> Mac { get; }
}
