namespace MediaEngine.Media;

/// <summary>
/// Where a call's media goes by unicast: the addresses lie side by side, because every forwarded packet walks over them.
/// </summary>
internal sealed class UnicastTargets
{
    private SocketAddressKey[] _addresses = new SocketAddressKey[4];
    private MediaLeg[] _legs = new MediaLeg[4];
    private int _count;

    public ReadOnlySpan<SocketAddressKey> Addresses => _addresses.AsSpan(0, _count);

    /// <summary>Adds the leg, moves it to its present address, or takes it out, as its delivery and address demand.</summary>
    public void Update(MediaLeg leg, bool present)
    {
        if (!present)
            Remove(leg);
        else if (leg.TargetIndex >= 0)
            _addresses[leg.TargetIndex] = leg.Audio.Address;
        else
            Append(leg);
    }

    private void Append(MediaLeg leg)
    {
        if (_count == _legs.Length)
        {
            Array.Resize(ref _addresses, _count * 2);
            Array.Resize(ref _legs, _count * 2);
        }
        _addresses[_count] = leg.Audio.Address;
        _legs[_count] = leg;
        leg.TargetIndex = _count++;
    }

    private void Remove(MediaLeg leg)
    {
        if (leg.TargetIndex < 0)
            return;
        _count--;
        _addresses[leg.TargetIndex] = _addresses[_count];
        _legs[leg.TargetIndex] = _legs[_count];
        _legs[leg.TargetIndex].TargetIndex = leg.TargetIndex;
        _legs[_count] = null!;
        leg.TargetIndex = -1;
    }
}
