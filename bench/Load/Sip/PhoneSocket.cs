using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace MediaEngine.Bench.Load;

/// <summary>
/// A UDP socket that sends from any address of 127.0.0.0/8 and hears all of them, so that each of many telephones has an address
/// of its own.
/// </summary>
internal sealed unsafe partial class PhoneSocket : IDisposable
{
    private const int IPPROTO_IP = 0;
    private const int IP_PKTINFO = 8;
    private const int Buffer_bytes = 8 << 20;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    public PhoneSocket()
    {
        _socket.ReceiveBufferSize = Buffer_bytes;
        _socket.SendBufferSize = Buffer_bytes;
        _socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.PacketInformation, true);
        _socket.Bind(new IPEndPoint(IPAddress.Any, 0));
    }

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    /// <summary>False when nothing came in that time.</summary>
    public bool Wait(TimeSpan atMost) => _socket.Poll(atMost, SelectMode.SelectRead);

    public void Send(uint from, IPEndPoint to, ReadOnlySpan<byte> message)
    {
        Span<byte> address = stackalloc byte[16];
        address.Clear();
        BitConverter.TryWriteBytes(address, (ushort)AddressFamily.InterNetwork);
        BinaryPrimitives.WriteUInt16BigEndian(address[2..], (ushort)to.Port);
        to.Address.TryWriteBytes(address[4..], out _);
        var source = new SourceAddress
        {
            Length = (nuint)sizeof(SourceAddress) - sizeof(uint),
            Level = IPPROTO_IP,
            Type = IP_PKTINFO,
            Chosen = BinaryPrimitives.ReverseEndianness(from),
        };
        fixed (byte* name = address, payload = message)
        {
            var vector = new Vector { Base = payload, Length = (nuint)message.Length };
            var header = new Header
            {
                Name = name,
                NameLength = 16,
                Vectors = &vector,
                VectorCount = 1,
                Control = &source,
                ControlLength = (nuint)sizeof(SourceAddress),
            };
            // A datagram the kernel refuses is one that was lost.
            _ = sendmsg((int)_socket.SafeHandle.DangerousGetHandle(), &header, 0);
        }
    }

    /// <summary>Takes one datagram; 0 when there is none.</summary>
    /// <param name="to">The address it was sent to.</param>
    public int Receive(Span<byte> buffer, out uint to)
    {
        SourceAddress destination = default;
        fixed (byte* payload = buffer)
        {
            var vector = new Vector { Base = payload, Length = (nuint)buffer.Length };
            var header = new Header { Vectors = &vector, VectorCount = 1, Control = &destination, ControlLength = (nuint)sizeof(SourceAddress) };
            const int dontWait = 0x40;
            nint length = recvmsg((int)_socket.SafeHandle.DangerousGetHandle(), &header, dontWait);
            to = BinaryPrimitives.ReverseEndianness(destination.Header);
            return (int)Math.Max(0, length);
        }
    }

    public void Dispose() => _socket.Dispose();

    [LibraryImport("libc")]
    private static partial nint sendmsg(int socket, Header* header, int flags);

    [LibraryImport("libc")]
    private static partial nint recvmsg(int socket, Header* header, int flags);

    /// <summary>struct iovec</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Vector
    {
        public byte* Base;
        public nuint Length;
    }

    /// <summary>struct msghdr</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Header
    {
        public void* Name;
        public uint NameLength;
        public Vector* Vectors;
        public nuint VectorCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }

    /// <summary>struct cmsghdr with struct in_pktinfo, padded to eight octets; addresses in network order</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct SourceAddress
    {
        public nuint Length;
        public int Level;
        public int Type;
        public int Interface;
        public uint Chosen;
        public uint Header;
        public uint Padding;
    }
}
