using System.Buffers.Binary;
using MediaEngine.Rtp;
using MediaEngine.Srtp;

namespace MediaEngine.Keys;

/// <summary>
/// A key of any purpose as it is delivered: GMK (of a temporary group too), PCK, CSK, SPK, MKFC, MSCCK or MuSiK with its
/// identifier, RAND and lifetime (TS 33.180 5.2.3, E.1). Immutable; disposing it, which zeroes, is its owner's.
/// </summary>
public sealed class McxKey : IDisposable
{
    /// <summary>Of every MCX key (TS 33.180 E.1.1).</summary>
    public const int Key_bytes = KeyMaterial.Key_bytes;

    /// <summary>The MKI of a GMK is GMK-ID ‖ GUK-ID, that of any other key its identifier.</summary>
    public const int MaxMki_bytes = GroupMasterKey.Mki_bytes;

    private const int Rand_bytes = MikeyKeyDerivation.MinRand_bytes;
    private const int PurposeShift = 28;

    private readonly KeyMaterial _material;

    /// <param name="id">Its purpose tag must be an assigned one.</param>
    /// <param name="key16">16 octets.</param>
    /// <param name="rand">RAND of the message that delivers the key, 16..255 octets.</param>
    public McxKey(KeyIdentifier id, ReadOnlySpan<byte> key16, ReadOnlySpan<byte> rand)
    {
        if (!Enum.IsDefined(id.Purpose))
            throw new ArgumentException($"{id} has no assigned purpose tag.", nameof(id));
        Id = id;
        _material = new KeyMaterial(key16, rand);
    }

    /// <summary>K-ID: GMK-ID, PCK-ID, CSK-ID and so on; never a GUK-ID.</summary>
    public KeyIdentifier Id { get; }

    public KeyPurpose Purpose => Id.Purpose;

    public ReadOnlySpan<byte> Rand => _material.Rand;

    public KeyValidity Validity { get; init; }

    /// <summary>MC group IDs it was delivered for; of a GMK, MKFC or MuSiK only.</summary>
    public IReadOnlyList<string> GroupIds { get; init; } = [];

    /// <summary>4, or 8 for a GMK.</summary>
    public int Mki_bytes => Purpose == KeyPurpose.GroupMasterKey ? GroupMasterKey.Mki_bytes : KeyIdentifier.Length_bytes;

    /// <summary>A fresh key: identifier, key and RAND out of chance.</summary>
    public static McxKey Create(KeyPurpose purpose, IEntropy entropy)
    {
        Span<byte> octets = stackalloc byte[KeyIdentifier.Length_bytes + Key_bytes + Rand_bytes];
        entropy.Fill(octets);
        uint random = BinaryPrimitives.ReadUInt32BigEndian(octets) & (1u << PurposeShift) - 1;
        var key = new McxKey(
            new KeyIdentifier((uint)purpose << PurposeShift | random), octets.Slice(KeyIdentifier.Length_bytes, Key_bytes), octets[^Rand_bytes..]);
        octets.Clear();
        return key;
    }

    /// <summary>
    /// CSB ID of a message that delivers this key, and of its derivations: the user's GUK-ID for a GMK, else the identifier.
    /// </summary>
    /// <param name="mcServiceUserId">Receiver of the message or sender of the media; ignored but for a GMK.</param>
    public KeyIdentifier BundleIdFor(string mcServiceUserId) =>
        Purpose == KeyPurpose.GroupMasterKey ? UserSalt.Apply(_material.Key, mcServiceUserId, Id) : Id;

    /// <summary>Writes the MKI: 4 octets, or 8 for a GMK.</summary>
    public void WriteMki(KeyIdentifier bundleId, Span<byte> destination)
    {
        Id.Write(destination);
        if (Purpose == KeyPurpose.GroupMasterKey)
            bundleId.Write(destination[KeyIdentifier.Length_bytes..]);
    }

    /// <summary>The SRTP master key of a crypto session, with its MKI.</summary>
    /// <exception cref="ArgumentException">A key of this purpose does not serve that crypto session.</exception>
    public SrtpMasterKey DeriveMasterKey(CryptoSession session, KeyIdentifier bundleId)
    {
        Span<byte> mki = stackalloc byte[Mki_bytes];
        WriteMki(bundleId, mki);
        return _material.DeriveMasterKey(Check(session), bundleId, mki);
    }

    /// <summary>The same as octets, for key files that other programs read: 16 of master key, 12 of master salt.</summary>
    public void ExportMasterKey(CryptoSession session, KeyIdentifier bundleId, Span<byte> masterKey16, Span<byte> masterSalt12) =>
        _material.Derive(Check(session), bundleId, masterKey16, masterSalt12);

    /// <summary>A key of the same octets, apart from this one.</summary>
    public McxKey Copy() => CopyFor(GroupIds);

    /// <summary>The same for other groups.</summary>
    public McxKey CopyFor(IReadOnlyList<string> groupIds) => new(Id, _material.Key, Rand) { Validity = Validity, GroupIds = groupIds };

    /// <summary>A copy for group media, apart from this one.</summary>
    public GroupMasterKey ToGroupMasterKey() => new(Id, _material.Key, Rand);

    /// <summary>A copy for floor and session control, apart from this one.</summary>
    public ClientServerKey ToClientServerKey() => new(Id, _material.Key, Rand);

    /// <summary>For stores, key files and encapsulation only: 16 octets.</summary>
    public void CopyKeyTo(Span<byte> destination) => _material.CopyKeyTo(destination);

    /// <summary>Purpose and identifier; never key material.</summary>
    public override string ToString() => $"{Purpose} {Id}";

    public void Dispose() => _material.Dispose();

    internal ReadOnlySpan<byte> Key => _material.Key;

    internal bool IsSame(McxKey other) => Id == other.Id && _material.IsSame(other._material);

    private CryptoSession Check(CryptoSession session) => Purpose.MayServe(session)
        ? session
        : throw new ArgumentException($"A {Purpose} does not serve {session}.", nameof(session));
}
