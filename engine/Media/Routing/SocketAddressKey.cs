using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace MediaEngine.Media;

/// <summary>
/// An IP address and UDP port as a dictionary key without allocation. IPv4 is held as ::ffff:a.b.c.d, so IPv6 fits.
/// The default value is "no address".
/// </summary>
public readonly record struct SocketAddressKey
{
    private const ulong MappedPrefix = 0x0000_FFFF_0000_0000;

    private readonly ulong _high;
    private readonly ulong _low;

    private SocketAddressKey(ulong high, ulong low, ushort port)
    {
        _high = high;
        _low = low;
        Port = port;
    }

    public ushort Port { get; }

    /// <summary>True when there is somewhere to send to.</summary>
    public bool IsUsable => Port != 0 && (_low & 0xFFFF_FFFF) != 0;

    /// <summary>The IPv4 address as a number, first octet highest.</summary>
    public uint InternetAddress => (uint)_low;

    public static SocketAddressKey FromInternet(uint address, ushort port) => new(0, MappedPrefix | address, port);

    /// <summary>Throws for anything but an IPv4 endpoint.</summary>
    public static SocketAddressKey From(IPEndPoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        if (!TryFrom(endpoint, out SocketAddressKey key))
            throw new ArgumentException($"{endpoint} is not an IPv4 endpoint.", nameof(endpoint));
        return key;
    }

    /// <summary>False for anything but an IPv4 (or IPv4-mapped) endpoint.</summary>
    public static bool TryFrom(IPEndPoint endpoint, out SocketAddressKey key)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        key = default;
        IPAddress address = endpoint.Address.IsIPv4MappedToIPv6 ? endpoint.Address.MapToIPv4() : endpoint.Address;
        if (address.AddressFamily != AddressFamily.InterNetwork)
            return false;
        Span<byte> octets = stackalloc byte[4];
        address.TryWriteBytes(octets, out _);
        key = FromInternet(BinaryPrimitives.ReadUInt32BigEndian(octets), (ushort)endpoint.Port);
        return true;
    }

    public IPEndPoint ToEndPoint()
    {
        Span<byte> octets = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(octets, InternetAddress);
        return new IPEndPoint(new IPAddress(octets), Port);
    }

    public bool Equals(SocketAddressKey other) => _low == other._low && Port == other.Port && _high == other._high;

    public override int GetHashCode() => ((_low ^ _high) * 0x9E37_79B9_7F4A_7C15UL + Port * 0xC2B2_AE3DUL).GetHashCode();

    public override string ToString() => ToEndPoint().ToString();
}
