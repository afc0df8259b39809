using System.Text;

namespace MediaEngine.Floor;

/// <summary>Who talks, as Floor Taken named them; the newest is the one named last.</summary>
internal sealed class TalkerBook
{
    private readonly StoredField[] _identities = new StoredField[FloorPolicy.LargestMaxTalkers];
    private readonly uint[] _ssrcs = new uint[FloorPolicy.LargestMaxTalkers];
    private StoredField _newest;
    private string? _newestText;

    /// <summary>Null while nobody talks, or nobody was named.</summary>
    public string? Newest => !_newest.IsPresent ? null : _newestText ??= Encoding.UTF8.GetString(_newest.Value);

    public int Count { get; private set; }

    public string this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return Encoding.UTF8.GetString(_identities[index].Value);
        }
    }

    public uint AudioSsrc(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return _ssrcs[index];
    }

    /// <summary>Takes over whom a Floor Taken names: the lists of a multi-talker group, else the granted party.</summary>
    public void Take(in FloorMessage taken)
    {
        Count = 0;
        taken.TryGetAudioSsrc(out uint ssrc);
        if (taken.TryGetGrantedPartysIdentity(out ReadOnlySpan<byte> identity))
            Name(identity);
        else
            Unname();
        if (!taken.TryGetListOfGrantedUsers(out FloorTextList users))
        {
            if (_newest.IsPresent)
                Add(_newest.Value, ssrc);
            return;
        }
        taken.TryGetListOfSsrcs(out FloorSsrcList ssrcs);
        foreach (ReadOnlySpan<byte> user in users)
        {
            if (Count < _identities.Length)
                Add(user, Count < ssrcs.Count ? ssrcs[Count] : 0);
        }
    }

    /// <summary>One of several stopped.</summary>
    public void Remove(in FloorMessage released)
    {
        if (!released.TryGetUserId(out ReadOnlySpan<byte> identity))
            return;
        for (int i = 0; i < Count; i++)
        {
            if (!_identities[i].Value.SequenceEqual(identity))
                continue;
            Count--;
            (_identities[i], _identities[Count]) = (_identities[Count], _identities[i]);
            _ssrcs[i] = _ssrcs[Count];
            break;
        }
        if (!_newest.IsPresent || !_newest.Value.SequenceEqual(identity))
            return;
        if (Count > 0)
            Name(_identities[Count - 1].Value);
        else
            Unname();
    }

    public void Clear()
    {
        Count = 0;
        Unname();
    }

    private void Name(ReadOnlySpan<byte> identity)
    {
        if (_newest.IsPresent && identity.SequenceEqual(_newest.Value))
            return;
        _newest.Set(identity);
        _newestText = null;
    }

    private void Unname()
    {
        _newest.Clear();
        _newestText = null;
    }

    private void Add(ReadOnlySpan<byte> identity, uint ssrc)
    {
        _identities[Count].Set(identity);
        _ssrcs[Count] = ssrc;
        Count++;
    }
}
