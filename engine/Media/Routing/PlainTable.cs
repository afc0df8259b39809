using System.Runtime.InteropServices;

namespace MediaEngine.Media;

/// <summary>
/// Finds the plain leg a packet may belong to by its remote address alone. A leg may be found at another port of the address that
/// signalling named until its first packet was taken (symmetric RTP behind a NAT), and only if no other leg could be meant.
/// </summary>
internal sealed class PlainTable(bool learnAddresses)
{
    private readonly Dictionary<SocketAddressKey, PlainLeg> _legs = [];
    private readonly Dictionary<uint, List<PlainLeg>> _unlatched = [];

    public void Add(PlainLeg leg)
    {
        // Who declares an address last has it: a telephone that lost its call and calls again keeps its port.
        if (leg.Address.IsUsable)
            _legs[leg.Address] = leg;
        if (!learnAddresses)
            return;
        ref List<PlainLeg>? waiting = ref CollectionsMarshal.GetValueRefOrAddDefault(_unlatched, leg.Declared.InternetAddress, out _);
        (waiting ??= []).Add(leg);
    }

    public void Remove(PlainLeg leg)
    {
        if (_legs.GetValueOrDefault(leg.Address) == leg)
            _legs.Remove(leg.Address);
        StopWaiting(leg);
    }

    public PlainLeg? Find(SocketAddressKey from)
    {
        if (_legs.TryGetValue(from, out PlainLeg? leg))
            return leg;
        return _unlatched.TryGetValue(from.InternetAddress, out List<PlainLeg>? waiting) && waiting.Count == 1 ? waiting[0] : null;
    }

    /// <summary>A packet from there was taken: the leg is there from now on.</summary>
    public void Latch(PlainLeg leg, SocketAddressKey from)
    {
        leg.IsLatched = true;
        StopWaiting(leg);
        if (leg.Address == from)
            return;
        if (_legs.GetValueOrDefault(leg.Address) == leg)
            _legs.Remove(leg.Address);
        leg.Address = from;
        _legs[from] = leg;
    }

    private void StopWaiting(PlainLeg leg)
    {
        if (!_unlatched.TryGetValue(leg.Declared.InternetAddress, out List<PlainLeg>? waiting))
            return;
        waiting.Remove(leg);
        if (waiting.Count == 0)
            _unlatched.Remove(leg.Declared.InternetAddress);
    }
}
