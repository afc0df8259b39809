using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace MediaEngine.Media;

/// <summary>Sends what a <see cref="SendQueue"/> holds, up to 64 datagrams a sendmmsg.</summary>
internal sealed unsafe class SendBatch : IDisposable
{
    public const int Capacity = 64;

    /// <summary>How long a full socket buffer may hold up the media thread.</summary>
    private const int Patience_ms = 2;

    private readonly LibC.CountedMessage* _messages;
    private readonly LibC.IoVector* _vectors;
    private readonly LibC.SocketAddressIn* _addresses;

    public SendBatch()
    {
        _messages = (LibC.CountedMessage*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(LibC.CountedMessage));
        _vectors = (LibC.IoVector*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(LibC.IoVector));
        _addresses = (LibC.SocketAddressIn*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(LibC.SocketAddressIn));
        for (int i = 0; i < Capacity; i++)
        {
            _addresses[i].Family = LibC.AF_INET;
            _messages[i].Header.Name = &_addresses[i];
            _messages[i].Header.NameLength = (uint)sizeof(LibC.SocketAddressIn);
            _messages[i].Header.Vectors = &_vectors[i];
            _messages[i].Header.VectorCount = 1;
        }
    }

    /// <summary>Sends everything and clears the queue. What the kernel refuses is counted, not kept.</summary>
    public void Send(int socket, SendQueue queue, ShardCounters counters)
    {
        bool waited = false;
        int next = 0;
        while (next < queue.Count)
        {
            int count = Fill(queue, next);
            int sent = LibC.sendmmsg(socket, _messages, (uint)count, LibC.MSG_DONTWAIT);
            if (sent > 0)
            {
                next += sent;
                continue;
            }
            switch (Marshal.GetLastPInvokeError())
            {
                case LibC.EINTR:
                    break;
                case LibC.EAGAIN or LibC.ENOBUFS when !waited:
                    WaitUntilWritable(socket);
                    waited = true;
                    break;
                case LibC.EAGAIN or LibC.ENOBUFS:
                    for (; next < queue.Count; next++)
                        counters.Drop(MediaDrop.QueueFull);
                    break;
                default:
                    // The error is the first datagram's alone: the others may have better destinations.
                    counters.Drop(MediaDrop.SendFailed);
                    next++;
                    break;
            }
        }
        queue.Clear();
    }

    public void Dispose()
    {
        NativeMemory.Free(_addresses);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_messages);
    }

    private int Fill(SendQueue queue, int first)
    {
        int count = Math.Min(queue.Count - first, Capacity);
        for (int i = 0; i < count; i++)
        {
            SocketAddressKey destination = queue.Destination(first + i);
            _addresses[i].Address = BinaryPrimitives.ReverseEndianness(destination.InternetAddress);
            _addresses[i].Port = BinaryPrimitives.ReverseEndianness(destination.Port);
            _vectors[i].Base = queue.PayloadAddress(first + i, out int length);
            _vectors[i].Length = (nuint)length;
        }
        return count;
    }

    private static void WaitUntilWritable(int socket)
    {
        var descriptor = new LibC.PollDescriptor { Descriptor = socket, Events = LibC.POLLOUT };
        _ = LibC.poll(&descriptor, 1, Patience_ms);
    }
}
