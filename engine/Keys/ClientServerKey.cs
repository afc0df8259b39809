using MediaEngine.Srtp;

namespace MediaEngine.Keys;

/// <summary>
/// CSK: protects floor and session control between one client and the server (TS 33.180 5.4). Immutable, so several
/// threads may read it. One key serves both directions, so client and server must use different SSRCs.
/// </summary>
public sealed class ClientServerKey : IDisposable
{
    /// <summary>MKI of SRTCP under a CSK: the CSK-ID.</summary>
    public const int Mki_bytes = 4;

    private readonly KeyMaterial _material;

    /// <param name="id">CSK-ID; its purpose tag must be 2.</param>
    /// <param name="key16">16 octets.</param>
    /// <param name="rand">RAND of the message that delivered the key, 16..255 octets.</param>
    public ClientServerKey(KeyIdentifier id, ReadOnlySpan<byte> key16, ReadOnlySpan<byte> rand)
    {
        if (id.Purpose != KeyPurpose.ClientServerKey)
            throw new ArgumentException($"{id} is not a CSK-ID: its purpose tag is not 2.", nameof(id));
        Id = id;
        _material = new KeyMaterial(key16, rand);
    }

    public KeyIdentifier Id { get; }

    public ReadOnlySpan<byte> Rand => _material.Rand;

    /// <summary>A key of the same octets, apart from this one.</summary>
    public ClientServerKey Copy() => new(Id, _material.Key, Rand);

    /// <summary>The same as a key of any purpose.</summary>
    public McxKey ToMcxKey() => new(Id, _material.Key, Rand);

    /// <summary>For stores and key files only: 16 octets.</summary>
    public void CopyKeyTo(Span<byte> destination) => _material.CopyKeyTo(destination);

    /// <summary>The SRTP master key for SRTCP: CS ID 6, CSB ID = CSK-ID (TS 33.180 Table E.1.3-1).</summary>
    public SrtpMasterKey DeriveControlKey()
    {
        Span<byte> mki = stackalloc byte[Mki_bytes];
        Id.Write(mki);
        return _material.DeriveMasterKey(CryptoSession.McpttClientServer, Id, mki);
    }

    /// <summary>The same as octets, for key files that other programs read: 16 of master key, 12 of master salt.</summary>
    public void ExportControlKey(Span<byte> masterKey16, Span<byte> masterSalt12) =>
        _material.Derive(CryptoSession.McpttClientServer, Id, masterKey16, masterSalt12);

    /// <summary>The identifier; never key material.</summary>
    public override string ToString() => $"CSK {Id}";

    public void Dispose() => _material.Dispose();
}
