namespace MediaEngine.Srtp;

/// <summary>Where the fields behind the ciphertext lie in each kind of packet. One object for all senders that have the same ones.</summary>
internal sealed class PacketTails
{
    private static readonly PacketTails[] All = CreateAll();

    private readonly PacketTail _rtp;
    private readonly PacketTail _rtpWithRoc;
    private readonly PacketTail _rtcp;

    private PacketTails(SrtpProfile profile, int mkiLength_bytes, bool mayCarryRoc)
    {
        MkiLength_bytes = mkiLength_bytes;
        _rtp = PacketTail.ForRtp(profile, mkiLength_bytes, rocPresent: false);
        _rtpWithRoc = PacketTail.ForRtp(profile, mkiLength_bytes, mayCarryRoc);
        _rtcp = PacketTail.ForRtcp(profile, mkiLength_bytes);
        Longest_bytes = Math.Max(_rtpWithRoc.Length_bytes, _rtcp.Length_bytes);
    }

    public int MkiLength_bytes { get; }

    public int Longest_bytes { get; }

    public ref readonly PacketTail Rtcp => ref _rtcp;

    public static PacketTails For(SrtpPolicy policy, int mkiLength_bytes) =>
        All[IndexOf(policy.Profile, mkiLength_bytes, policy.RocTransmissionRate != 0)];

    public ref readonly PacketTail Rtp(bool carriesRoc) => ref carriesRoc ? ref _rtpWithRoc : ref _rtp;

    private static PacketTails[] CreateAll()
    {
        SrtpProfile[] profiles = Enum.GetValues<SrtpProfile>();
        var all = new PacketTails[2 * (SrtpProfileLengths.MaxMki_bytes + 1) * profiles.Length];
        foreach (SrtpProfile profile in profiles)
        {
            for (int mki = 0; mki <= SrtpProfileLengths.MaxMki_bytes; mki++)
            {
                all[IndexOf(profile, mki, mayCarryRoc: false)] = new PacketTails(profile, mki, mayCarryRoc: false);
                all[IndexOf(profile, mki, mayCarryRoc: true)] = new PacketTails(profile, mki, mayCarryRoc: true);
            }
        }
        return all;
    }

    private static int IndexOf(SrtpProfile profile, int mkiLength_bytes, bool mayCarryRoc) =>
        2 * ((int)profile * (SrtpProfileLengths.MaxMki_bytes + 1) + mkiLength_bytes) + (mayCarryRoc ? 1 : 0);
}
