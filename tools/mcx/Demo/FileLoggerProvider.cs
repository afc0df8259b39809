using System.Globalization;
using Microsoft.Extensions.Logging;

namespace MediaEngine.Tool;

/// <summary>The server's log lines in a file, so that the ladder has the screen to itself.</summary>
internal sealed class FileLoggerProvider(string path) : ILoggerProvider, ILogger
{
    private readonly StreamWriter _file = new(path) { AutoFlush = true };
    private readonly Lock _lock = new();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull =>
        null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        string line = string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ss.fffZ} {logLevel,-11} {formatter(state, exception)}");
        lock (_lock)
            _file.WriteLine(exception is null ? line : $"{line}\n{exception}");
    }

    public void Dispose()
    {
        lock (_lock)
            _file.Dispose();
    }
}
