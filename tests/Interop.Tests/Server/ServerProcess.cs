using System.Diagnostics;
using System.Text;

namespace MediaEngine.Interop.Tests;

/// <summary>The real server program as a process of its own, with what it wrote.</summary>
internal sealed class ServerProcess : IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ServerProcess(string configuration)
    {
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
            {
                ArgumentList = { Path.Combine(AppContext.BaseDirectory, "MediaEngine.Server.dll"), "--config", configuration },
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            },
        };
        _process.OutputDataReceived += (_, line) => Took(line.Data);
        _process.ErrorDataReceived += (_, line) => Took(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Completes when the server answers; fails with its output when it ends instead.</summary>
    public async Task WaitUntilReadyAsync(CancellationToken cancellation)
    {
        Task ended = _process.WaitForExitAsync(cancellation);
        Task first = await Task.WhenAny(_ready.Task, ended).WaitAsync(Patience, cancellation);
        Assert.True(first == _ready.Task, $"The server ended: {Output}");
    }

    /// <summary>The exit code of a server that ends by itself.</summary>
    public async Task<int> WaitForExitAsync(CancellationToken cancellation)
    {
        await _process.WaitForExitAsync(cancellation).WaitAsync(Patience, cancellation);
        return _process.ExitCode;
    }

    /// <summary>SIGKILL: no handler runs, nothing is flushed.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
        Assert.Equal(128 + 9, _process.ExitCode);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }
        _process.Dispose();
    }

    private void Took(string? line)
    {
        if (line is null)
            return;
        lock (_output)
            _output.AppendLine(line);
        if (line.StartsWith("Ready.", StringComparison.Ordinal))
            _ready.TrySetResult();
    }
}
