using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using MediaEngine.Sip;
using Microsoft.Extensions.Logging;

namespace MediaEngine.Server;

/// <summary>
/// One line per event: UTC time, level when it matters, then what happened to whom and why. A thread of its own writes what has come
/// together, and a terminal that takes nothing holds up nobody: lines that find no room are counted instead.
/// </summary>
internal sealed class OperatorLog : ILoggerProvider, ILogger
{
    private const int Capacity_lines = 16_384;
    private readonly TextWriter _output;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Doorbell _doorbell = new();
    private readonly Thread _thread;
    private int _waiting_lines;
    private long _lost;
    private volatile bool _isClosing;

    public OperatorLog(TextWriter output)
    {
        _output = output;
        _thread = new Thread(Write) { IsBackground = true, Name = "log" };
        _thread.Start();
    }

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (Interlocked.Increment(ref _waiting_lines) > Capacity_lines)
        {
            Interlocked.Decrement(ref _waiting_lines);
            Interlocked.Increment(ref _lost);
            return;
        }
        string level = logLevel switch
        {
            LogLevel.Information => "",
            LogLevel.Warning => "WARNING ",
            LogLevel.Error => "ERROR ",
            LogLevel.Critical => "CRITICAL ",
            _ => "DEBUG ",
        };
        string line = string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ss.fffZ} {level}{formatter(state, exception)}");
        _lines.Enqueue(exception is null ? line : $"{line}{Environment.NewLine}{exception}");
        _doorbell.Ring();
    }

    /// <summary>Writes what waits.</summary>
    public void Dispose()
    {
        if (_isClosing)
            return;
        _isClosing = true;
        _doorbell.Ring();
        _thread.Join();
        _doorbell.Dispose();
    }

    private void Write()
    {
        var text = new StringBuilder();
        while (!_isClosing || !_lines.IsEmpty)
        {
            while (text.Length < 65_536 && _lines.TryDequeue(out string? line))
            {
                Interlocked.Decrement(ref _waiting_lines);
                text.AppendLine(line);
            }
            if (Interlocked.Exchange(ref _lost, 0) is > 0 and var lost)
                text.AppendLine(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ss.fffZ} WARNING log-lines-lost {lost}: they came faster than they could be written");
            if (text.Length == 0)
            {
                _doorbell.Wait(() => _lines.IsEmpty && !_isClosing, Timeout.InfiniteTimeSpan);
                continue;
            }
            try
            {
                _output.Write(text);
                _output.Flush();
            }
            catch (IOException)
            {
                // Nobody reads it any more; the server goes on.
            }
            text.Clear();
        }
    }
}
