using System.Buffers.Binary;
using System.Net;

namespace MediaEngine.Mcx;

/// <summary>Hands out the multicast addresses of the bearer, one per call.</summary>
internal sealed class MulticastPool
{
    private readonly MulticastOptions? _range;
    private readonly SortedSet<int> _free = [];

    public MulticastPool(MulticastOptions? range)
    {
        _range = range;
        for (int i = 0; i < range?.Count; i++)
            _free.Add(i);
    }

    /// <summary>An address no other call uses, or null when there is none left: the call then goes out by unicast.</summary>
    public IPAddress? Take()
    {
        if (_range is null || _free.Count == 0)
            return null;
        int offset = _free.Min;
        _free.Remove(offset);
        return AddressAt(offset);
    }

    public void Return(IPAddress? address)
    {
        if (address is not null && _range is not null)
            _free.Add((int)(Number(address) - Number(_range.First)));
    }

    private static uint Number(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());

    private IPAddress AddressAt(int offset)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Number(_range!.First) + (uint)offset);
        return new IPAddress(bytes);
    }
}
