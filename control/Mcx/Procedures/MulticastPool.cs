using System.Buffers.Binary;
using System.Net;

namespace MediaEngine.Mcx;

/// <summary>Hands out the multicast bearers of a range, one per call.</summary>
internal sealed class MulticastPool
{
    private readonly MulticastRange? _range;
    private readonly SortedSet<int> _free = [];

    public MulticastPool(MulticastRange? range)
    {
        _range = range;
        for (int i = 0; i < range?.Count; i++)
            _free.Add(i);
    }

    public int TimeToLive => _range?.TimeToLive ?? 0;

    /// <summary>A bearer no other call uses, or null when there is none left: the call then goes out by unicast.</summary>
    public IPEndPoint? Take()
    {
        if (_range is null || _free.Count == 0)
            return null;
        int offset = _free.Min;
        _free.Remove(offset);
        return new IPEndPoint(AddressAt(offset), _range.Port);
    }

    public void Return(IPEndPoint? bearer)
    {
        if (bearer is not null && _range is not null)
            _free.Add((int)(Number(bearer.Address) - Number(_range.First)));
    }

    private static uint Number(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());

    private IPAddress AddressAt(int offset)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Number(_range!.First) + (uint)offset);
        return new IPAddress(bytes);
    }
}
