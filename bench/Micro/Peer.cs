using System.Diagnostics;
using System.Runtime.InteropServices;
using MediaEngine.Srtp;

namespace MediaEngine.Bench.Micro;

/// <summary>A C library as the yardsticks drive it: compiled here and now against the installed headers.</summary>
internal sealed unsafe class Peer
{
    public const string IpsecMb = "ipsec-mb direct";
    public const string IpsecMbBurst = "ipsec-mb burst";
    public const string Evp = "OpenSSL EVP";
    public const string Libsrtp = "libsrtp2 (NSS)";

    /// <summary>One that the user built.</summary>
    public const string OwnLibsrtp = "libsrtp2 (own)";

    /// <summary>The framework's, which needs no yardstick.</summary>
    public const string AesGcm = "AesGcm";

    private readonly delegate* unmanaged<int, int, int, int, int, int, nint> _open;
    private readonly delegate* unmanaged<nint, double*, double*, int> _round;
    private readonly delegate* unmanaged<nint, double> _fanOut;
    private readonly delegate* unmanaged<nint, void> _close;

    private Peer(string name, nint library)
    {
        Name = name;
        _open = (delegate* unmanaged<int, int, int, int, int, int, nint>)NativeLibrary.GetExport(library, "yard_open");
        _round = (delegate* unmanaged<nint, double*, double*, int>)NativeLibrary.GetExport(library, "yard_round");
        _fanOut = (delegate* unmanaged<nint, double>)NativeLibrary.GetExport(library, "yard_fan_out");
        _close = (delegate* unmanaged<nint, void>)NativeLibrary.GetExport(library, "yard_close");
    }

    public string Name { get; }

    /// <summary>
    /// Compiles <c>Yardstick/source.c</c>, against headers and library under a prefix if there is one; null when compiler,
    /// headers or library are missing.
    /// </summary>
    public static Peer? TryBuild(string name, string source, string library, string? prefix = null)
    {
        string directory = Directory.CreateTempSubdirectory("yardstick").FullName;
        try
        {
            string output = Path.Combine(directory, source + ".so");
            string input = Path.Combine(AppContext.BaseDirectory, "Yardstick", source + ".c");
            string[] there = prefix is null ? [] : [$"-I{prefix}/include", $"-L{prefix}/lib", $"-Wl,-rpath,{prefix}/lib"];
            var gcc = new ProcessStartInfo(
                "gcc", ["-O3", "-march=native", "-shared", "-fPIC", .. there, "-o", output, input, "-l" + library])
            {
                RedirectStandardError = true,
            };
            using var process = Process.Start(gcc);
            process!.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? new Peer(name, NativeLibrary.Load(output)) : null;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or DllNotFoundException or BadImageFormatException)
        {
            return null;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Null when the peer has no such cipher, or not by this interface.</summary>
    public Session? TryOpen(SrtpProfile profile, int mki_bytes, int payload_bytes, int packets, int keys = 0)
    {
        nint state = _open(
            profile.IsAead() ? 0 : 1, profile.KeyLength_bytes(), mki_bytes, payload_bytes, packets, keys);
        return state == 0 ? null : new Session(this, state);
    }

    public sealed class Session(Peer peer, nint state) : IDisposable
    {
        public string Name => peer.Name;

        /// <summary>ns per packet, protect and unprotect.</summary>
        public Figures Round()
        {
            double protect, unprotect;
            if (peer._round(state, &protect, &unprotect) != 0)
                throw new InvalidOperationException($"{peer.Name} refused a packet.");
            return new Figures(protect, unprotect);
        }

        /// <summary>ns per receiver.</summary>
        public Figures FanOut()
        {
            double protect = peer._fanOut(state);
            return protect < 0 ? throw new InvalidOperationException($"{peer.Name} refused a packet.") : new Figures(protect);
        }

        public void Dispose() => peer._close(state);
    }
}
