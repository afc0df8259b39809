using MediaEngine.Tool;

return await McxCommand.RunAsync(McxCommand.Create(), args);
