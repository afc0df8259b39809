using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MediaEngine.Media;

/// <summary>
/// Finds the flow a packet may belong to by MKI and remote address. One user in several calls has one MKI in all of them:
/// address and SSRC then decide, and when they do not the packet is nobody's. At most one flow is named, so one packet
/// costs at most one authentication.
/// </summary>
internal sealed class FlowTable
{
    private readonly Dictionary<ulong, SameMki> _flowsByMki = [];
    private readonly Dictionary<SocketAddressKey, int> _flowsAtAddress = [];
    private readonly bool _learnAddresses;

    /// <param name="learnAddresses">False: a packet from elsewhere than declared is nobody's.</param>
    public FlowTable(bool learnAddresses) => _learnAddresses = learnAddresses;

    public ReadOnlySpan<LegFlow> Find(ulong mki)
    {
        ref readonly SameMki flows = ref CollectionsMarshal.GetValueRefOrNullRef(_flowsByMki, mki);
        return Unsafe.IsNullRef(in flows) ? [] : flows.More ?? new ReadOnlySpan<LegFlow>(in flows.First);
    }

    public void AddMki(ulong mki, LegFlow flow) => _flowsByMki[mki] = new SameMki([.. Find(mki), flow]);

    public void RemoveMki(ulong mki, LegFlow flow)
    {
        LegFlow[] rest = Array.FindAll(Find(mki).ToArray(), other => other != flow);
        if (rest.Length == 0)
            _flowsByMki.Remove(mki);
        else
            _flowsByMki[mki] = new SameMki(rest);
    }

    public void AddAddress(SocketAddressKey address)
    {
        if (address.IsUsable)
            CollectionsMarshal.GetValueRefOrAddDefault(_flowsAtAddress, address, out _)++;
    }

    public void RemoveAddress(SocketAddressKey address)
    {
        if (!_flowsAtAddress.TryGetValue(address, out int count))
            return;
        if (count == 1)
            _flowsAtAddress.Remove(address);
        else
            _flowsAtAddress[address] = count - 1;
    }

    /// <summary>Moves a flow to the address its authenticated packet came from.</summary>
    public void Move(LegFlow flow, SocketAddressKey address)
    {
        RemoveAddress(flow.Address);
        flow.Address = address;
        AddAddress(address);
    }

    public FlowSelection Select(ulong mki, SocketAddressKey from, uint ssrc, out LegFlow? flow)
    {
        ReadOnlySpan<LegFlow> candidates = Find(mki);
        if (TrySelect(candidates, from, anywhere: false, ssrc, out flow, out bool ambiguous))
            return FlowSelection.Found;
        if (ambiguous)
            return FlowSelection.UnknownSource;
        // A known member may not speak as another one from its own address.
        if (_flowsAtAddress.ContainsKey(from))
            return FlowSelection.UnknownMki;
        if (_learnAddresses && TrySelect(candidates, from, anywhere: true, ssrc, out flow, out _))
            return FlowSelection.FoundElsewhere;
        return FlowSelection.UnknownSource;
    }

    private static bool TrySelect(
        ReadOnlySpan<LegFlow> candidates,
        SocketAddressKey from,
        bool anywhere,
        uint ssrc,
        out LegFlow? best,
        out bool ambiguous)
    {
        best = null;
        ambiguous = false;
        int bestRank = -1;
        foreach (LegFlow candidate in candidates)
        {
            if (!anywhere && candidate.Address != from)
                continue;
            int rank = candidate.Ssrc == ssrc ? 2 : candidate.Ssrc == 0 ? 1 : 0;
            // An endpoint that moves keeps its stream. Another stream from elsewhere is another call of the same user, one that
            // ended or is not here yet; only from where signalling said may it be this flow's.
            if (anywhere && rank == 0 && candidate.Declared != from)
                continue;
            if (rank == bestRank)
            {
                ambiguous = true;
            }
            else if (rank > bestRank)
            {
                best = candidate;
                bestRank = rank;
                ambiguous = false;
            }
        }
        if (ambiguous)
            best = null;
        return best is not null;
    }

    /// <summary>Mostly one flow, which needs no array.</summary>
    private readonly struct SameMki(LegFlow[] flows)
    {
        public readonly LegFlow First = flows[0];
        public readonly LegFlow[]? More = flows.Length > 1 ? flows : null;
    }
}
