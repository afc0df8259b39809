using MediaEngine.Srtp;

namespace MediaEngine.Keys;

/// <summary>
/// GMK: protects the media of a group end to end (TS 33.180 5.7, 7.3). Also the key of a temporary group. Immutable, so
/// several threads may read it; disposing it, which zeroes, is its owner's.
/// </summary>
public sealed class GroupMasterKey : IDisposable
{
    /// <summary>MKI of group media: GMK-ID ‖ GUK-ID.</summary>
    public const int Mki_bytes = 8;

    private readonly KeyMaterial _material;

    /// <param name="id">GMK-ID; its purpose tag must be 0.</param>
    /// <param name="key16">16 octets.</param>
    /// <param name="rand">RAND of the message that delivered the key, 16..255 octets; the same for every member.</param>
    public GroupMasterKey(KeyIdentifier id, ReadOnlySpan<byte> key16, ReadOnlySpan<byte> rand)
    {
        if (id.Purpose != KeyPurpose.GroupMasterKey)
            throw new ArgumentException($"{id} is not a GMK-ID: its purpose tag is not 0.", nameof(id));
        Id = id;
        _material = new KeyMaterial(key16, rand);
    }

    public KeyIdentifier Id { get; }

    public ReadOnlySpan<byte> Rand => _material.Rand;

    /// <summary>A key of the same octets, apart from this one.</summary>
    public GroupMasterKey Copy() => new(Id, _material.Key, Rand);

    /// <summary>The same as a key of any purpose.</summary>
    public McxKey ToMcxKey() => new(Id, _material.Key, Rand);

    /// <summary>For stores and key files only: 16 octets.</summary>
    public void CopyKeyTo(Span<byte> destination) => _material.CopyKeyTo(destination);

    /// <summary>
    /// The GUK-ID under which this user sends: GMK-ID XOR User Salt (TS 33.180 5.2.3, F.1.3).
    /// </summary>
    /// <param name="mcServiceUserId">The MC service user ID exactly as configured, scheme included.</param>
    /// <exception cref="ArgumentException">Longer than 65535 octets.</exception>
    public KeyIdentifier GukIdFor(string mcServiceUserId) => UserSalt.Apply(_material.Key, mcServiceUserId, Id);

    /// <summary>The GMK-ID behind a user's GUK-ID: the User Salt the other way (TS 33.180 5.2.3).</summary>
    /// <param name="gmk16">The GMK.</param>
    /// <param name="gukId">CSB ID of the message that delivered the key.</param>
    /// <param name="mcServiceUserId">Whom it was delivered to, exactly as configured.</param>
    /// <exception cref="ArgumentException">Longer than 65535 octets.</exception>
    public static KeyIdentifier IdBehind(ReadOnlySpan<byte> gmk16, KeyIdentifier gukId, string mcServiceUserId) =>
        UserSalt.Apply(gmk16, mcServiceUserId, gukId);

    /// <summary>Writes the 8-octet MKI of the sender with this GUK-ID.</summary>
    public void WriteMki(KeyIdentifier gukId, Span<byte> destination8)
    {
        Id.Write(destination8);
        gukId.Write(destination8[KeyIdentifier.Length_bytes..]);
    }

    /// <summary>The SRTP master key of the sender with this GUK-ID: CS ID 4, CSB ID = GUK-ID (TS 33.180 7.4.2).</summary>
    public SrtpMasterKey DeriveMediaKey(KeyIdentifier gukId)
    {
        Span<byte> mki = stackalloc byte[Mki_bytes];
        WriteMki(gukId, mki);
        return _material.DeriveMasterKey(CryptoSession.McpttGroupCall, gukId, mki);
    }

    /// <summary>The same as octets, for key files that other programs read: 16 of master key, 12 of master salt.</summary>
    public void ExportMediaKey(KeyIdentifier gukId, Span<byte> masterKey16, Span<byte> masterSalt12) =>
        _material.Derive(CryptoSession.McpttGroupCall, gukId, masterKey16, masterSalt12);

    /// <summary>The identifier; never key material.</summary>
    public override string ToString() => $"GMK {Id}";

    public void Dispose() => _material.Dispose();

    internal bool IsSame(GroupMasterKey other) => Id == other.Id && _material.IsSame(other._material);
}
