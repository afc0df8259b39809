using System.Runtime.InteropServices;
using MediaEngine.Keys;

namespace MediaEngine.Media;

/// <summary>
/// Finds the leg to another function of a temporary group call by GMK-ID and remote address: who is behind it, and hence which
/// GUK-IDs come, is not known in advance. Such a leg does not move.
/// </summary>
internal sealed class FunctionFlows
{
    private readonly Dictionary<(uint GmkId, SocketAddressKey Address), LegFlow> _flows = [];
    private readonly Dictionary<SocketAddressKey, int> _keysAtAddress = [];

    public bool Contains(KeyIdentifier gmkId, SocketAddressKey address) => _flows.ContainsKey((gmkId.Value, address));

    public void Add(KeyIdentifier gmkId, LegFlow flow)
    {
        _flows.Add((gmkId.Value, flow.Address), flow);
        CollectionsMarshal.GetValueRefOrAddDefault(_keysAtAddress, flow.Address, out _)++;
    }

    public void Remove(KeyIdentifier gmkId, LegFlow flow)
    {
        if (!_flows.Remove((gmkId.Value, flow.Address)))
            return;
        if (--CollectionsMarshal.GetValueRefOrNullRef(_keysAtAddress, flow.Address) == 0)
            _keysAtAddress.Remove(flow.Address);
    }

    /// <summary><see cref="FlowSelection.UnknownSource"/> when no function is at this address.</summary>
    public FlowSelection Select(ulong mki, SocketAddressKey from, out LegFlow? flow)
    {
        flow = null;
        if (_keysAtAddress.Count == 0 || !_keysAtAddress.ContainsKey(from))
            return FlowSelection.UnknownSource;
        return _flows.TryGetValue(((uint)(mki >> 32), from), out flow) ? FlowSelection.Found : FlowSelection.UnknownMki;
    }
}
