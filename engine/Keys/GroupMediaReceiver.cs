using System.Buffers.Binary;
using MediaEngine.Rtp;
using MediaEngine.Srtp;

namespace MediaEngine.Keys;

/// <summary>
/// Group media from any member: finds the GMK by the MKI, derives the sender's key on first sight of his GUK-ID and keeps
/// it only once a packet authenticated. One thread.
/// </summary>
/// <remarks>
/// Bounds: at most <c>maxSenders</c> keys are kept, one more sender is refused with <see cref="SrtpOutcome.StreamLimit"/>
/// before anything is derived. A derived key that does not authenticate its packet is zeroed within the call, and what is
/// no GUK-ID is refused underived, so forged identifiers cost time but no memory. No identifier is ever blocked: that
/// would let a forger silence a member.
/// </remarks>
public sealed class GroupMediaReceiver : IDisposable
{
    private readonly SrtpPolicy _policy;
    private readonly SrtpReceiver _receiver;
    private readonly Dictionary<KeyIdentifier, Group> _groups = [];

    /// <param name="policy">
    /// Profile AEAD_AES_128_GCM; <see cref="SrtpPolicy.GroupMedia"/> unless the group's key says otherwise.
    /// </param>
    /// <param name="maxSenders">At least 1.</param>
    public GroupMediaReceiver(SrtpPolicy policy, int maxSenders = 1024)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxSenders, 1);
        if (policy.Profile != SrtpProfile.AeadAes128Gcm)
            throw new ArgumentException("Group media keys are derived for AEAD_AES_128_GCM.", nameof(policy));
        _policy = policy with { MaxKeys = maxSenders };
        _receiver = new SrtpReceiver(_policy, GroupMasterKey.Mki_bytes);
    }

    /// <summary>Senders whose key is held: each has had a packet authenticated.</summary>
    public int SenderCount => _receiver.KeyCount;

    /// <summary>False: a sender not heard before is <see cref="SrtpOutcome.UnknownMki"/>, and nothing is derived.</summary>
    public bool AdmitsSenders { get; set; } = true;

    /// <summary>Derivations that were for nothing: the packet did not authenticate.</summary>
    public long FailedSenders { get; private set; }

    /// <summary>
    /// Accepts media under a GMK, which must live until it is removed here and stays the caller's to dispose. The same key
    /// again changes nothing; another key under the same GMK-ID replaces it.
    /// </summary>
    public void AddGroupKey(GroupMasterKey key)
    {
        if (_groups.TryGetValue(key.Id, out Group? known))
        {
            if (known.Key.IsSame(key))
                return;
            RemoveGroupKey(key.Id);
        }
        _groups.Add(key.Id, new Group(key));
    }

    /// <summary>Forgets a GMK and everything derived from it. False when it was not there.</summary>
    public bool RemoveGroupKey(KeyIdentifier gmkId)
    {
        if (!_groups.Remove(gmkId, out Group? group))
            return false;
        Span<byte> mki = stackalloc byte[GroupMasterKey.Mki_bytes];
        gmkId.Write(mki);
        foreach (KeyIdentifier sender in group.Senders)
        {
            sender.Write(mki[KeyIdentifier.Length_bytes..]);
            _receiver.RemoveKey(mki);
        }
        return true;
    }

    /// <summary>Recovers the RTP packet into <c>destination[..length]</c>.</summary>
    /// <param name="packet">One SRTP packet with an 8-octet MKI.</param>
    /// <param name="destination">The packet's own memory, or memory apart from it.</param>
    /// <param name="length">0 unless Ok.</param>
    /// <param name="sender">The sender's GUK-ID; default unless Ok, for until then it is only claimed.</param>
    public SrtpOutcome Unprotect(
        ReadOnlySpan<byte> packet, Span<byte> destination, out int length, out KeyIdentifier sender)
    {
        length = 0;
        sender = default;
        if (packet.Length < RtpHeader.FixedLength_bytes)
            return SrtpOutcome.Malformed;
        bool roc = _policy.CarriesRoc(BinaryPrimitives.ReadUInt16BigEndian(packet[2..]));
        if (!SrtpReceiver.TryReadMki(packet, GroupMasterKey.Mki_bytes, roc, out ReadOnlySpan<byte> mki))
            return SrtpOutcome.Malformed;
        KeyIdentifier gmkId = KeyIdentifier.Read(mki);
        KeyIdentifier gukId = KeyIdentifier.Read(mki[KeyIdentifier.Length_bytes..]);
        SrtpOutcome outcome = _receiver.Unprotect(packet, destination, out length);
        if (outcome == SrtpOutcome.UnknownMki)
            outcome = TryNewSender(gmkId, gukId, packet, destination, out length);
        if (outcome == SrtpOutcome.Ok)
            sender = gukId;
        return outcome;
    }

    public void Dispose()
    {
        _receiver.Dispose();
        _groups.Clear();
    }

    private SrtpOutcome TryNewSender(
        KeyIdentifier gmkId, KeyIdentifier gukId, ReadOnlySpan<byte> packet, Span<byte> destination, out int length)
    {
        length = 0;
        if (!AdmitsSenders || gukId.Purpose != KeyPurpose.GroupMasterKey || !_groups.TryGetValue(gmkId, out Group? group))
            return SrtpOutcome.UnknownMki;
        if (_receiver.KeyCount >= _policy.MaxKeys)
            return SrtpOutcome.StreamLimit;
        using SrtpMasterKey candidate = group.Key.DeriveMediaKey(gukId);
        SrtpOutcome outcome = _receiver.UnprotectProvisional(candidate, packet, destination, out length);
        if (outcome == SrtpOutcome.Ok)
            group.Senders.Add(gukId);
        else
            FailedSenders++;
        return outcome;
    }

    private sealed record Group(GroupMasterKey Key)
    {
        public List<KeyIdentifier> Senders { get; } = [];
    }
}
