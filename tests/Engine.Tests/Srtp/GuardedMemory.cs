using System.ComponentModel;
using System.Runtime.InteropServices;

namespace MediaEngine.Engine.Tests.Srtp;

/// <summary>Memory between two pages that nobody may touch: one octet read or written beside it ends the process.</summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int None = 0, ReadWrite = 3, PrivateAnonymous = 0x22;
    private static readonly int Page = Environment.SystemPageSize;

    private readonly byte* _start;
    private readonly int _length;
    private readonly nuint _mapped;

    public GuardedMemory(int length)
    {
        _length = (length + Page - 1) / Page * Page;
        _mapped = (nuint)(_length + 2 * Page);
        nint mapped = Map(0, _mapped, None, PrivateAnonymous, -1, 0);
        if (mapped == -1 || Protect(mapped + Page, (nuint)_length, ReadWrite) != 0)
            throw new Win32Exception();
        _start = (byte*)mapped + Page;
    }

    /// <summary>The octets right before the page that may not be touched.</summary>
    public Span<byte> AtEnd(int length) => new(_start + _length - length, length);

    /// <summary>The octets right behind the page that may not be touched.</summary>
    public Span<byte> AtStart(int length) => new(_start, length);

    public void Dispose() => _ = Unmap((nint)(_start - Page), _mapped);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);
}
