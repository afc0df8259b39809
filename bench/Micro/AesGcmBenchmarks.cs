using BenchmarkDotNet.Attributes;
using MediaEngine.Srtp;

namespace MediaEngine.Bench.Micro;

/// <summary>The framework's AES-GCM alone, for comparison with <see cref="SrtpBenchmarks"/>.</summary>
[MemoryDiagnoser]
public class AesGcmBenchmarks : IDisposable
{
    private const int Ring_packets = 4096;

    private AesGcmWork? _work;

    [Params(SrtpProfile.AeadAes128Gcm, SrtpProfile.AeadAes256Gcm)]
    public SrtpProfile Profile { get; set; }

    [Params(20, 60, 160, 320, 1200)]
    public int Payload_bytes { get; set; }

    [GlobalSetup]
    public void SetUp() => _work = new AesGcmWork(Profile, Payload_bytes, Ring_packets);

    [IterationSetup(Target = nameof(Encrypt))]
    public void Prepare() => _work!.Prepare();

    [IterationSetup(Target = nameof(Decrypt))]
    public void PrepareProtected()
    {
        Prepare();
        Encrypt();
    }

    [Benchmark(OperationsPerInvoke = Ring_packets)]
    public void Encrypt()
    {
        for (int i = 0; i < Ring_packets; i++)
            _work!.Protect(i);
    }

    [Benchmark(OperationsPerInvoke = Ring_packets)]
    public void Decrypt()
    {
        for (int i = 0; i < Ring_packets; i++)
            _work!.Unprotect(i);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _work?.Dispose();
        GC.SuppressFinalize(this);
    }
}
