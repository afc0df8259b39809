using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace MediaEngine.Media;

/// <summary>Up to 64 datagrams of one recvmmsg, in memory of its own that the garbage collector never sees.</summary>
internal sealed unsafe class ReceiveBatch : IDisposable
{
    public const int Capacity = 64;
    public const int MaxDatagram_bytes = 2048;

    private readonly byte* _buffers;
    private readonly LibC.CountedMessage* _messages;
    private readonly LibC.IoVector* _vectors;
    private readonly LibC.SocketAddressIn* _addresses;

    public ReceiveBatch()
    {
        _buffers = (byte*)NativeMemory.AllocZeroed(Capacity * MaxDatagram_bytes);
        _messages = (LibC.CountedMessage*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(LibC.CountedMessage));
        _vectors = (LibC.IoVector*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(LibC.IoVector));
        _addresses = (LibC.SocketAddressIn*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(LibC.SocketAddressIn));
        for (int i = 0; i < Capacity; i++)
        {
            _vectors[i] = new LibC.IoVector { Base = _buffers + i * MaxDatagram_bytes, Length = MaxDatagram_bytes };
            _messages[i].Header.Name = &_addresses[i];
            _messages[i].Header.Vectors = &_vectors[i];
            _messages[i].Header.VectorCount = 1;
        }
    }

    /// <summary>Takes what waits, at most <see cref="Capacity"/>; 0 when nothing does.</summary>
    public int Receive(int socket)
    {
        for (int i = 0; i < Capacity; i++)
            _messages[i].Header.NameLength = (uint)sizeof(LibC.SocketAddressIn);
        int received = LibC.recvmmsg(socket, _messages, Capacity, LibC.MSG_DONTWAIT, 0);
        return Math.Max(received, 0);
    }

    /// <summary>The datagram; valid until the next <see cref="Receive"/>. False when it did not fit.</summary>
    public bool TryGet(int index, out ReadOnlySpan<byte> datagram, out SocketAddressKey from)
    {
        ref LibC.CountedMessage message = ref _messages[index];
        LibC.SocketAddressIn address = _addresses[index];
        from = SocketAddressKey.FromInternet(
            BinaryPrimitives.ReverseEndianness(address.Address), BinaryPrimitives.ReverseEndianness(address.Port));
        datagram = new ReadOnlySpan<byte>(_buffers + index * MaxDatagram_bytes, (int)message.Length);
        return (message.Header.Flags & LibC.MSG_TRUNC) == 0;
    }

    public void Dispose()
    {
        NativeMemory.Free(_addresses);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_messages);
        NativeMemory.Free(_buffers);
    }
}
