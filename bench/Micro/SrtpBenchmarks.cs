using BenchmarkDotNet.Attributes;
using MediaEngine.Srtp;

namespace MediaEngine.Bench.Micro;

/// <summary>Protect and unprotect of one packet, full path, against the framework's AES-GCM alone.</summary>
[MemoryDiagnoser]
public class SrtpBenchmarks : IDisposable
{
    private const int Ring_packets = 4096;

    private SrtpWork? _ours;
    private AesGcmWork? _framework;

    [Params(SrtpProfile.AeadAes128Gcm, SrtpProfile.AeadAes256Gcm)]
    public SrtpProfile Profile { get; set; }

    [Params(160)]
    public int Payload_bytes { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _ours = new SrtpWork(Profile, mki_bytes: 8, Payload_bytes, Ring_packets);
        _framework = new AesGcmWork(Profile, Payload_bytes, Ring_packets);
    }

    [IterationSetup(Targets = [nameof(Protect), nameof(AesGcmEncrypt)])]
    public void Prepare()
    {
        _ours!.Prepare();
        _framework!.Prepare();
    }

    [IterationSetup(Targets = [nameof(Unprotect), nameof(AesGcmDecrypt)])]
    public void PrepareProtected()
    {
        Prepare();
        Protect();
        AesGcmEncrypt();
    }

    [Benchmark(OperationsPerInvoke = Ring_packets)]
    public void Protect()
    {
        for (int i = 0; i < Ring_packets; i++)
            _ours!.Protect(i);
    }

    [Benchmark(OperationsPerInvoke = Ring_packets)]
    public void AesGcmEncrypt()
    {
        for (int i = 0; i < Ring_packets; i++)
            _framework!.Protect(i);
    }

    [Benchmark(OperationsPerInvoke = Ring_packets)]
    public void Unprotect()
    {
        for (int i = 0; i < Ring_packets; i++)
            _ours!.Unprotect(i);
    }

    [Benchmark(OperationsPerInvoke = Ring_packets)]
    public void AesGcmDecrypt()
    {
        for (int i = 0; i < Ring_packets; i++)
            _framework!.Unprotect(i);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _ours?.Dispose();
        _framework?.Dispose();
        GC.SuppressFinalize(this);
    }
}
