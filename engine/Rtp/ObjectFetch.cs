using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace MediaEngine.Rtp;

/// <summary>
/// Has the processor fetch memory that will be used soon. Asked for many objects at one time, their memory comes at one time, not one
/// object after the other. A hint: nothing is read, wherever it leads.
/// </summary>
public static unsafe class ObjectFetch
{
    private const int CacheLine_bytes = 64;

    /// <summary>Fetches an object's first octets, or more with what lies behind it. One that moves meanwhile was fetched in vain.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(object? target, int bytes) => Fetch((byte*)Unsafe.As<object?, nint>(ref target), bytes);

    /// <summary>Fetches memory that does not move.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(byte* start, int bytes)
    {
        if (!Sse.IsSupported)
            return;
        for (int at = 0; at < bytes; at += CacheLine_bytes)
            Sse.Prefetch0(start + at);
        Sse.Prefetch0(start + bytes - 1);
    }
}
