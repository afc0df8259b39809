using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace MediaEngine.Srtp;

/// <summary>Has the processor fetch objects that will be used soon.</summary>
internal static class ObjectFetch
{
    private const int CacheLine_bytes = 64;

    /// <summary>Fetches the first octets of an object. One that moves meanwhile was fetched in vain, no more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Fetch(object? target, int bytes)
    {
        if (!Sse.IsSupported)
            return;
        byte* start = (byte*)Unsafe.As<object?, nint>(ref target);
        for (int at = 0; at < bytes; at += CacheLine_bytes)
            Sse.Prefetch0(start + at);
    }
}
