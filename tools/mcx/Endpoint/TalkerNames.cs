using MediaEngine.Floor;

namespace MediaEngine.Tool;

/// <summary>Whose stream is whose: the audio SSRCs that floor control announced with the talkers.</summary>
internal sealed class TalkerNames
{
    private const int MaxNames = 256;

    private readonly Dictionary<uint, string> _names = [];

    /// <summary>After each message that names talkers.</summary>
    public void Take(FloorParticipant participant)
    {
        if (_names.Count > MaxNames)
            _names.Clear();
        for (int i = 0; i < participant.TalkerCount; i++)
        {
            (string name, uint ssrc) = participant.TalkerAt(i);
            if (ssrc != 0)
                _names[ssrc] = name;
        }
    }

    /// <summary>An SSRC that was not announced can only be the one talker's.</summary>
    public string? Of(uint ssrc, FloorParticipant participant) =>
        _names.TryGetValue(ssrc, out string? name) ? name : participant.TalkerCount > 1 ? null : participant.Talker;
}
