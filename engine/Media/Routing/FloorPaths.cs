namespace MediaEngine.Media;

/// <summary>
/// What the floor messages of a call go through, leg beside leg: nearly every event of the floor is told to all, and in most calls
/// nothing of this is in a cache any more. A floor names its participants in the order they joined, as they are here. Not to be copied.
/// </summary>
internal struct FloorPaths
{
    /// <summary>Legs fetched at one time.</summary>
    public const int FetchedAhead = 16;

    private const int Near = 4;

    private FloorPath[] _paths = new FloorPath[8];

    public FloorPaths()
    {
    }

    public int Count { readonly get; private set; }

    public void Add(MediaLeg leg)
    {
        if (Count == _paths.Length)
            Array.Resize(ref _paths, 2 * Count);
        leg.FloorPlace = Count;
        _paths[Count++] = new FloorPath(leg);
    }

    public void Remove(MediaLeg leg)
    {
        FloorPath last = _paths[--Count];
        _paths[leg.FloorPlace] = last;
        leg.Call.Legs[last.Number].FloorPlace = leg.FloorPlace;
        _paths[Count] = default;
    }

    /// <summary>The leg's address changed.</summary>
    public readonly void Move(MediaLeg leg) => _paths[leg.FloorPlace] = new FloorPath(leg);

    /// <summary>Finds the path to a leg of the call, soonest at <paramref name="place"/>, which goes on to the next.</summary>
    public readonly bool TryFind(MediaCall call, int number, ref int place, out FloorPath path)
    {
        ReadOnlySpan<FloorPath> paths = _paths.AsSpan(0, Count);
        for (int end = Math.Min(place + Near, paths.Length); place < end; place++)
        {
            if (paths[place].Number != number)
                continue;
            path = paths[place++];
            return true;
        }
        bool found = call.Legs.TryGetValue(number, out MediaLeg? leg);
        place = found ? leg!.FloorPlace : 0;
        path = found ? paths[place++] : default;
        return found;
    }

    /// <summary>Has the processor fetch the paths from a place on.</summary>
    public readonly void Prefetch(int from)
    {
        ReadOnlySpan<FloorPath> paths = _paths.AsSpan(0, Count);
        paths = paths[from..Math.Min(from + FetchedAhead, paths.Length)];
        foreach (ref readonly FloorPath path in paths)
            path.Memory.Fetch();
    }
}
