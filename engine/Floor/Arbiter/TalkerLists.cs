namespace MediaEngine.Floor;

/// <summary>
/// The lists of Floor Taken in a multi-talker group, entry by entry about the same talkers (TS 24.380 8.2.3.17 to 8.2.3.22).
/// </summary>
internal sealed class TalkerLists
{
    private static readonly byte[] s_locationNotProvided = [0];

    private readonly ReadOnlyMemory<byte>[] _users = new ReadOnlyMemory<byte>[FloorPolicy.LargestMaxTalkers];
    private readonly ReadOnlyMemory<byte>[] _aliases = new ReadOnlyMemory<byte>[FloorPolicy.LargestMaxTalkers];
    private readonly ReadOnlyMemory<byte>[] _locations = new ReadOnlyMemory<byte>[FloorPolicy.LargestMaxTalkers];
    private readonly uint[] _ssrcs = new uint[FloorPolicy.LargestMaxTalkers];

    /// <summary>Names as many talkers, oldest first, as fit into all lists.</summary>
    public void Add(ref FloorMessageWriter writer, ReadOnlySpan<FloorTalker> talkers, ReadOnlyMemory<byte> anonymousIdentity)
    {
        int count = 0;
        int users_bytes = 1;
        int aliases_bytes = 1;
        bool anyAlias = false;
        bool anyLocation = false;
        foreach (FloorTalker talker in talkers)
        {
            ParticipantState participant = talker.Participant;
            bool privacy = participant.Profile.PrivacyRequested;
            _users[count] = privacy ? anonymousIdentity : participant.McpttId;
            _aliases[count] = privacy ? default : participant.FunctionalAlias.Memory;
            bool located = participant.Profile.LocationConsent && participant.HasKnownLocation;
            _locations[count] = located ? participant.Location.Memory : s_locationNotProvided;
            _ssrcs[count] = participant.AudioSsrc;
            users_bytes += 1 + _users[count].Length;
            aliases_bytes += 1 + _aliases[count].Length;
            if (users_bytes > FloorText.Longest_bytes || aliases_bytes > FloorText.Longest_bytes)
                break;
            anyAlias |= !_aliases[count].IsEmpty;
            anyLocation |= located;
            count++;
        }
        if (count == 0)
            return;
        writer.AddListOfGrantedUsers(_users.AsSpan(0, count));
        writer.AddListOfSsrcs(_ssrcs.AsSpan(0, count));
        if (anyAlias)
            writer.AddListOfFunctionalAliases(_aliases.AsSpan(0, count));
        if (anyLocation)
            writer.AddListOfLocations(_locations.AsSpan(0, count));
    }
}
